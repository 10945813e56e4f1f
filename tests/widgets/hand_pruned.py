"""A result whose heads are cut by hand, with a model that is run as a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from causal_magics.language.head_note import HeadFigure
from causal_magics.language.head_panels import Head, HeadPanel

Z = np.array([[0.1, -0.4, 0.2], [0.4, 0.0, -0.2]])


@dataclass(frozen=True, eq=False)
class Planted:
    """Each head that is cut takes a quarter of the bias of 0.8 nats; `run` is called each time."""

    heads: tuple[Head, ...] = ()
    kept: tuple[Head, ...] = ()
    run: Callable[[tuple[Head, ...]], object] = len

    def head_panels(self) -> list[HeadPanel]:
        return [HeadPanel("z_bias", Z, unit="nats"), HeadPanel("z_ppl", -Z)]

    def with_heads(self, heads: Iterable[Head], kept: Iterable[Head] | None = None) -> Planted:
        cut = tuple(heads)
        self.run(cut)
        return replace(self, heads=cut, kept=self.kept if kept is None else tuple(kept))

    def figures(self) -> list[HeadFigure]:
        after = 0.8 - 0.2 * len(self.heads)
        return [
            HeadFigure("gender bias", 0.8, after, after / 0.8 - 1.1, after / 0.8 - 0.9, "nats"),
            HeadFigure("perplexity", 20.0, 20.0 + len(self.heads)),
        ]
