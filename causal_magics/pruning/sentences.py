"""What a model writes with all its heads and without some, side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import takewhile
from pathlib import Path
from typing import Any

from causal_magics.errors import LanguageModelError, MissingDependencyError, shorten
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.head_masks import HeadSites, checked_heads_of, without_heads
from causal_magics.language.head_panels import Head, head_names
from causal_magics.language.loading import traced_model
from causal_magics.language.sampling import sample_continuations

__all__ = ["Sentence", "Sentences", "sentences"]

ENDS = "(ends)"
_LEFT = 'style="text-align: left"'
_MARK = 'style="background: rgba(230, 160, 30, .3); color: inherit"'
_BEGUN_WORD = re.compile(r"\S+$")


@dataclass(frozen=True)
class Sentence:
    """How a prompt goes on before and after heads are cut.

    Parameters
    ----------
    prompt : str
    before, after : str
        What follows, with all heads and without some.
    """

    prompt: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return self.before != self.after

    @property
    def shared(self) -> str:
        """What both begin with, up to the word in which they part."""
        both = self.before, self.after
        same = takewhile(lambda pair: pair[0] == pair[1], zip(*both, strict=False))
        shared = "".join(letter for letter, _ in same)
        if any(text[len(shared) :][:1].strip() for text in both):
            shared = _BEGUN_WORD.sub("", shared)
        return shared

    @property
    def parts(self) -> tuple[str, str, str]:
        """What both begin with, and how each goes on from there."""
        shared = self.shared
        return shared, self.before[len(shared) :], self.after[len(shared) :]


@dataclass(frozen=True)
class Sentences:
    """What a model writes before and after heads are cut, from the same random numbers.

    The two are the same until the probabilities really differ; what follows the first other word
    differs for that reason too.

    Parameters
    ----------
    rows : tuple of Sentence
    model_id : str
    heads : tuple of (layer, head)
        Those that were cut.
    seed : int
    """

    rows: tuple[Sentence, ...]
    model_id: str
    heads: tuple[Head, ...]
    seed: int

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def n_changed(self) -> int:
        """How many are not the same before and after."""
        return sum(row.differs for row in self.rows)

    def __repr__(self) -> str:
        return f"<Sentences: {self._caption()}>"

    def __str__(self) -> str:
        lines = [self._caption()]
        for row in self.rows:
            shared, before, after = map(_one_line, row.parts)
            lines.append(f"{_one_line(row.prompt)}{shared}")
            if row.differs:
                lines += [f"    before: {before or ENDS}", f"    after:  {after or ENDS}"]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        body = "".join(_html_row(row) for row in self.rows)
        head = "".join(f"<th {_LEFT}>{name}</th>" for name in ("prompt", "before", "after"))
        return (
            f"<p>{escape(self._caption())}</p><table><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>"
        )

    def _caption(self) -> str:
        heads = head_names(self.heads[:6])
        more = f" and {len(self.heads) - 6} more" if len(self.heads) > 6 else ""
        return (
            f"{self.model_id} with all heads and without {heads or 'none'}{more}, seed "
            f"{self.seed}: {self.n_changed} of {len(self)} texts changed"
        )

    def to_frame(self) -> Any:
        """Return one row for each text: `prompt`, `before`, `after`, `shared`.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        MissingDependencyError
            Without pandas.
        """
        try:
            import pandas as pd
        except ImportError:
            raise MissingDependencyError("pandas", purpose="to_frame()") from None
        return pd.DataFrame({
            "prompt": [row.prompt for row in self.rows],
            "before": [row.before for row in self.rows],
            "after": [row.after for row in self.rows],
            "shared": [row.shared for row in self.rows],
        })  # fmt: skip


def sentences(
    model: CausalLM | str | Path,
    heads: Iterable[Head],
    prompts: Iterable[str],
    *,
    n_tokens: int = 20,
    n_samples: int = 1,
    temperature: float = 1.0,
    top_p: float = 1.0,
    seed: int = 0,
) -> Sentences:
    """Let a model go on from prompts with all its heads and without some.

    Parameters
    ----------
    model : CausalLM, str or Path
        Or its name, as `load_model` takes it.
    heads : iterable of (layer, head)
        Those that are cut.
    prompts : iterable of str
    n_tokens, n_samples, temperature, top_p, seed
        As `sample_continuations` takes them.

    Returns
    -------
    Sentences

    Raises
    ------
    LanguageModelError
        Where the model has no separable heads, or a prompt cannot be continued.
    PruningError
        Where a head is not in the model.
    OptionError
        Where an option is outside what it can be.
    """
    traced = traced_model(model)
    cut = checked_heads_of(heads, HeadSites.of(traced.network).shape)
    asked = _asked(prompts)

    def written() -> tuple[tuple[str, ...], ...]:
        return sample_continuations(
            traced, asked, n_tokens=n_tokens, n_samples=n_samples, temperature=temperature,
            top_p=top_p, seed=seed,
        )  # fmt: skip

    before = written()
    with without_heads(traced.network, cut):
        after = written()
    rows = [
        Sentence(prompt, *pair)
        for prompt, *texts in zip(asked, before, after, strict=True)
        for pair in zip(*texts, strict=True)
    ]
    return Sentences(tuple(rows), traced.model_id, cut, seed)


def _asked(prompts: object) -> list[str]:
    if isinstance(prompts, str) or not isinstance(prompts, Iterable):
        raise LanguageModelError(
            f"Expected a list of prompts, got {type(prompts).__name__}. Put it in brackets."
        )
    asked = list(prompts)
    for prompt in asked:
        if not isinstance(prompt, str):
            raise LanguageModelError(
                f"Expected prompts as text, got {shorten(repr(prompt))[1:-1]} among them."
            )
    return asked


def _one_line(text: str) -> str:
    return text.replace("\r\n", "⏎").replace("\n", "⏎")


def _html_row(row: Sentence) -> str:
    shared, *rest = (escape(_one_line(part)) for part in row.parts)
    marked = [f"<mark {_MARK}>{part or ENDS}</mark>" if row.differs else "" for part in rest]
    cells = "".join(f"<td {_LEFT}>{shared}{part}</td>" for part in marked)
    return f"<tr><td {_LEFT}>{escape(_one_line(row.prompt))}</td>{cells}</tr>"
