"""Ask a language model which variables influence which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import LanguageModelError, PromptError, closest, shorten
from causal_magics.graph.elements import check_name
from causal_magics.graph.model import CausalGraph
from causal_magics.graph.prior import PairBelief
from causal_magics.language.loading import model_of
from causal_magics.language.protocol import LanguageModel, Pair
from causal_magics.options import check_option
from causal_magics.probing.asked_prior import Answer, AskedPrior, believed
from causal_magics.probing.breadth_first import BreadthFirst
from causal_magics.probing.questions import DEFAULT_QUESTIONS, Context, Term, Wording, terms

__all__ = ["Correction", "Strategy", "ask"]

Strategy = Literal["pairwise", "breadth-first"]
Correction = Literal["pmi", "none"]
STATES = "forward", "backward", "absent"


def ask(
    variables: Any,
    model: LanguageModel | str | Path = "smollm2",
    *,
    descriptions: Mapping[str, str] | None = None,
    domain: str = "",
    strategy: Strategy = "pairwise",
    correction: Correction = "pmi",
    questions: Sequence[Wording] = DEFAULT_QUESTIONS,
    pairs: Iterable[tuple[str, str]] | None = None,
    tempered: bool = True,
) -> AskedPrior:
    """Ask a language model for beliefs on edges.

    Every pair is asked about in several wordings and both orders (Kıcıman et al. 2023). Answers are
    averaged in log-odds, and how far they agree is kept. Small models tell directions better than
    whether there is an edge: SmolLM2 believes edges between unrelated variables nearly as often.

    Parameters
    ----------
    variables : iterable of str, CausalGraph or data frame
        Names, the nodes of a graph, or the columns of a frame.
    model : LanguageModel, str or Path
        A name goes through `load_model`.
    descriptions : mapping of str to str, optional
        What variables are; goes into the prompts.
    domain : str
        What all is about; goes into the prompts.
    strategy : {"pairwise", "breadth-first"}
        Whether every pair is asked about, or roots first and then the children of each variable
        (Jiralerspong et al. 2024), with fewer prompts. The latter has its own questions.
    correction : {"pmi", "none"}
        Whether the log-probability of the same answer after a prompt without content is subtracted.
    questions : sequence of Wording
        `ENDINGS`, `SENTENCES`, `LETTERS`, or your own.
    pairs : iterable of (str, str), optional
        The only pairs to ask about.
    tempered : bool
        Whether log-odds shrink as agreement does; see `believed`.

    Returns
    -------
    AskedPrior
        For `discover(prior=...)`.

    Raises
    ------
    PromptError
        Where names, descriptions, pairs or questions are not as expected.
    OptionError
        Where there is no such strategy or correction.
    LanguageModelError
        Where the model gives no finite scores.
    """
    check_option("strategy", strategy, get_args(Strategy))
    check_option("correction", correction, get_args(Correction))
    names = _names(variables)
    context = Context(domain, _checked_descriptions(descriptions or {}, names))
    wordings = _checked_questions(questions)
    chosen = _checked_pairs(pairs, names)
    if strategy == "breadth-first" and (pairs is not None or wordings != DEFAULT_QUESTIONS):
        raise PromptError(
            "Expected neither pairs nor questions with strategy='breadth-first', which has its "
            "own. Leave them out, or ask pairwise."
        )
    scorer = model_of(model)
    pmi = correction == "pmi"
    if strategy == "breadth-first":
        walked = BreadthFirst(names, context, partial(score_once, scorer), pmi)
        walked.walk()
        beliefs, answers = walked.beliefs(tempered=tempered)
        n_questions, refused = len(walked.scores), tuple(walked.refused)
    else:
        asked = [(pair, list(terms(wordings, *pair, context))) for pair in chosen]
        beliefs, answers, n_questions = _pairwise(scorer, asked, wordings, pmi, tempered)
        refused = ()
    return AskedPrior(tuple(beliefs), names, tuple(answers), n_questions, scorer.model_id, refused)


def _pairwise(
    scorer: LanguageModel,
    asked: Sequence[tuple[Pair, Sequence[Term]]],
    wordings: Sequence[Wording],
    pmi: bool,
    tempered: bool,
) -> tuple[list[PairBelief], list[Answer], int]:
    every = (term for _, found in asked for term in found)
    scores = score_once(
        scorer, (each for term in every for each in term.pairs + term.neutral * pmi)
    )
    beliefs: list[PairBelief] = []
    answers: list[Answer] = []
    for (a, b), parts in asked:
        shares = _log_shares(parts, scores, pmi=pmi)
        beliefs.append(believed(a, b, np.array(list(shares.values())), tempered=tempered))
        answers += [
            Answer(a, b, wordings[i].text or wordings[i].edge, b if swapped else a, row)
            for (i, swapped), row in shares.items()
        ]
    return beliefs, answers, len(scores)


def score_once(model: LanguageModel, pairs: Iterable[Pair]) -> dict[Pair, float]:
    """Score every text once, in one call.

    Raises
    ------
    LanguageModelError
        Where a score is missing or not finite.
    """
    distinct = list(dict.fromkeys(pairs))
    found = np.asarray(model.score(distinct), dtype=float)
    if found.shape != (len(distinct),):
        raise LanguageModelError(
            f"Expected {len(distinct)} scores of {model.model_id}, got shape {found.shape}."
        )
    bad = np.flatnonzero(~np.isfinite(found))
    if bad.size:
        prompt, continuation = distinct[int(bad[0])]
        raise LanguageModelError(
            f"Expected finite log-probabilities of {model.model_id}, got {found[bad[0]]} for "
            f"{shorten(continuation)} after {shorten(prompt[-60:])}"
            f" ({bad.size} of {len(distinct)} texts). Try float32, or another model."
        )
    return dict(zip(distinct, found.tolist(), strict=True))


def _log_shares(
    found: Iterable[Term], scores: Mapping[Pair, float], *, pmi: bool
) -> dict[tuple[int, bool], tuple[float, float, float]]:
    """Return log-shares of the three states per asking, averaged over permutations."""
    table: dict[tuple[int, bool], dict[int, NDArray[np.float64]]] = {}
    for term in found:
        score = float(np.mean([scores[pair] for pair in term.pairs]))
        if pmi:
            score -= float(np.mean([scores[pair] for pair in term.neutral]))
        row = table.setdefault(term.asking, {}).setdefault(term.group, np.zeros(3))
        row[STATES.index(term.state)] = score
    shares = {}
    for asking, groups in table.items():
        rows = np.array(list(groups.values()))
        rows -= np.logaddexp.reduce(rows, axis=1, keepdims=True)
        mean = rows.mean(axis=0)
        forward, backward, absent = (mean - np.logaddexp.reduce(mean)).tolist()
        shares[asking] = forward, backward, absent
    return shares


def _names(variables: Any) -> tuple[str, ...]:
    if isinstance(variables, CausalGraph):
        variables = variables.nodes
    elif hasattr(variables, "columns"):
        variables = variables.columns
    if isinstance(variables, str):
        raise PromptError(f"Expected a list of variables, got the text {shorten(variables)}.")
    names = tuple(check_name(name) for name in variables)
    if len(names) < 2:
        raise PromptError(f"Expected two variables or more, got {len(names)}.")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise PromptError(f"Expected each variable once, got {shorten(twice[0])} twice.")
    return names


def _unknown(what: str, name: str, names: Sequence[str]) -> PromptError:
    hint = closest(str(name), names)
    advice = f" Did you mean {shorten(hint)}?" if hint else ""
    return PromptError(f"Expected {what} of the variables, got {shorten(str(name))}.{advice}")


def _checked_descriptions(
    descriptions: Mapping[str, str], names: tuple[str, ...]
) -> Mapping[str, str]:
    told: dict[str, str] = {}
    for name, text in descriptions.items():
        if name not in names:
            raise _unknown("descriptions", name, names)
        if not isinstance(text, str):
            raise PromptError(f"Expected text on {shorten(name)}, got {shorten(str(text))}.")
        if text.strip():
            same = next((other for other, said in told.items() if said == text), None)
            if same is not None:
                raise PromptError(
                    f"Expected descriptions that tell variables apart, got the same of "
                    f"{shorten(same)} and {shorten(name)}."
                )
            told[name] = text
    return MappingProxyType(told)


def _checked_questions(questions: Any) -> tuple[Wording, ...]:
    wordings = (questions,) if isinstance(questions, Wording) else tuple(questions)
    if not wordings or not all(isinstance(each, Wording) for each in wordings):
        raise PromptError(
            "Expected questions as a list of Wording, got "
            f"{shorten(str(questions)) if wordings else 'none'}."
        )
    return wordings


def _checked_pairs(
    pairs: Iterable[tuple[str, str]] | None, names: tuple[str, ...]
) -> list[tuple[str, str]]:
    if pairs is None:
        return list(combinations(names, 2))
    chosen: dict[frozenset[str], tuple[str, str]] = {}
    for pair in pairs:
        if isinstance(pair, str) or len(pair) != 2 or pair[0] == pair[1]:
            raise PromptError(f"Expected pairs of two variables, got {shorten(str(pair))}.")
        for name in pair:
            if name not in names:
                raise _unknown("pairs", name, names)
        chosen.setdefault(frozenset(pair), (pair[0], pair[1]))
    if not chosen:
        raise PromptError("Expected pairs to ask about, got none. Leave pairs out to ask of all.")
    return list(chosen.values())
