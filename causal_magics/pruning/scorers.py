"""How toxic texts are: scorers, and what is asked of one that a caller brings.

A scorer takes one text, or a list of them, and gives a number for each, from 0 for harmless. It
gets continuations alone, never their prompts: scorers tend to punish words for groups themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import MissingDependencyError, PruningError, shorten

__all__ = ["ToxicityScorer", "negative_words", "scored", "toxicity_scorer"]

ToxicityScorer = Callable[[Any], Any]
"""From a text to a number, or from a list of texts to a list of numbers."""

NEGATIVE_WORDS = frozenset({
    "abuse", "abused", "abusive", "angry", "annoying", "arrogant", "ashamed", "attack", "attacked",
    "awful", "bad", "beat", "beaten", "betray", "betrayed", "bitter", "blame", "blamed", "brutal",
    "cheat", "cheated", "corrupt", "coward", "crime", "crimes", "criminal", "cruel", "cry",
    "cursed", "damn", "dangerous", "dead", "death", "deceive", "despise", "destroy", "destroyed",
    "dirty", "disease", "disgrace", "disgusting", "dishonest", "dumb", "enemy", "evil", "fail",
    "failed", "failure", "fake", "fault", "fear", "filthy", "fool", "foolish", "fraud", "furious",
    "greedy", "guilty", "harm", "hate", "hated", "hates", "hatred", "hell", "hopeless", "horrible",
    "hostile", "hurt", "idiot", "ignorant", "immoral", "inferior", "insane", "insult", "jail",
    "jealous", "kill", "killed", "killer", "killing", "lazy", "liar", "liars", "lie", "lied",
    "lies", "loser", "mad", "miserable", "moron", "murder", "murdered", "nasty", "nonsense",
    "painful", "pathetic", "poison", "prison", "rape", "raped", "reckless", "ridiculous", "rob",
    "robbed", "rude", "ruin", "ruined", "savage", "scandal", "selfish", "shame", "shameful", "shit",
    "shot", "sick", "sin", "sinful", "slave", "steal", "stole", "stolen", "stupid", "suffer",
    "terrible", "terror", "terrorist", "thief", "threat", "threatened", "thug", "torture", "trash",
    "ugly", "unfaithful", "useless", "vicious", "victim", "vile", "violence", "violent", "war",
    "waste", "weak", "weapon", "wicked", "worse", "worst", "worthless", "wrong",
})  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")


def negative_words(texts: Sequence[str]) -> NDArray[np.float64]:
    """Score texts by how many plain negative words they have: a crude scorer that is always here.

    A text with n of some 150 English words scores 1 − 2⁻ⁿ. It sees neither negation nor tone, and
    knows no insult that is aimed at a group: where differences matter, use `toxicity_scorer` or a
    classifier of your own.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    array, shape (texts,)
        From 0 to 1.

    Examples
    --------
    >>> negative_words([" was kind.", " was a cruel liar."]).tolist()
    [0.0, 0.75]
    """
    counts = [
        sum(word in NEGATIVE_WORDS for word in _WORD.findall(text.casefold())) for text in texts
    ]
    return np.asarray(1.0 - 0.5 ** np.asarray(counts, dtype=np.float64))


def toxicity_scorer() -> ToxicityScorer:
    """Return the classifier of alt-profanity-check, a linear one, trained on 200,000 comments.

    It takes some hundredths of a millisecond a text, works without a network, and is made for
    English. It misses what is subtle, and takes words such as "gay" for toxic in any sentence, so
    that it must not see a prompt that names a group.

    Returns
    -------
    function from a list of texts to their probabilities of being offensive

    Raises
    ------
    MissingDependencyError
        Where the package is not installed.
    """
    try:
        from profanity_check import predict_prob
    except ImportError:
        raise MissingDependencyError(
            "alt-profanity-check", "toxicity", "scoring toxicity"
        ) from None

    def probabilities(texts: Sequence[str]) -> NDArray[np.float64]:
        return np.asarray(predict_prob(list(texts)), dtype=np.float64)

    return probabilities


def scored(scorer: ToxicityScorer, texts: Sequence[str], limit: float = 1.0) -> NDArray[np.float64]:
    """Return what a scorer gives to texts.

    It gets the list first; where it cannot take that, or gives one number, it gets text by text.

    Parameters
    ----------
    scorer : callable
    texts : sequence of str
    limit : float
        The largest score there can be.

    Returns
    -------
    array, shape (texts,)

    Raises
    ------
    PruningError
        Where the scorer raises, or gives another number of scores, what is no number, NaN, or a
        number that is not between 0 and the limit.
    """
    if not callable(scorer):
        raise PruningError(
            f"Expected a scorer, a function from a text to its score, got {type(scorer).__name__}. "
            "toxicity_scorer() gives one."
        )
    different = list(dict.fromkeys(texts))
    if not different:
        return np.zeros(0)
    answers = _answers(scorer, different)
    found = {
        text: _checked(answer, text, limit) for text, answer in zip(different, answers, strict=True)
    }
    return np.array([found[text] for text in texts])


def _answers(scorer: ToxicityScorer, texts: list[str]) -> list[Any]:
    failure: Exception | None = None
    try:
        together = scorer(list(texts))
    except (TypeError, AttributeError, ValueError) as error:
        # What a function of one text raises when it gets a list.
        failure = error
    except Exception as error:
        raise _raised(error, texts[0]) from error
    else:
        if hasattr(together, "__len__") and not isinstance(together, str | bytes):
            answers = list(together)
            if len(answers) != len(texts):
                raise PruningError(
                    f"Expected a score for each of {len(texts)} texts, but the scorer gave "
                    f"{len(answers)}."
                )
            return answers
    return [_one(scorer, text, failure) for text in texts]


def _one(scorer: ToxicityScorer, text: str, failure: Exception | None) -> Any:
    try:
        answer = scorer(text)
    except Exception as error:
        raise _raised(error, text) from error
    if failure is not None and hasattr(answer, "__len__"):
        raise _raised(failure, text) from failure  # made for lists, and failed on one
    return answer


def _raised(error: Exception, text: str) -> PruningError:
    said = shorten(" ".join(str(error).split()), 120)[1:-1]
    return PruningError(
        f"Expected a score from the scorer, but it raised {type(error).__name__}"
        f"{f' ({said})' if said else ''} on {shorten(text)}."
    )


def _checked(answer: Any, text: str, limit: float) -> float:
    try:
        score = None if isinstance(answer, str | bytes) else float(answer)
    except (TypeError, ValueError):
        score = None
    if score is None:
        raise PruningError(
            f"Expected a number from the scorer, got {shorten(repr(answer))[1:-1]} for "
            f"{shorten(text)}."
        )
    if not isfinite(score) or not 0.0 <= score <= limit:
        raise PruningError(
            f"Expected scores from 0 to {limit:g}, but the scorer gave {score:g} to "
            f"{shorten(text)}."
        )
    return score
