"""Links of the user are tried before anything is made with them."""

from __future__ import annotations

import numpy as np
import pytest

from causal_magics.errors import OptionError
from causal_magics.graph.model import CausalGraph
from causal_magics.passive.worlds.graph_models import drawn_models
from causal_magics.passive.worlds.graph_prior import ScmPrior
from causal_magics.passive.worlds.links import checked_link

BAD = [
    (lambda x: 1 / 0, "The link failed: ZeroDivisionError: division by zero."),
    (lambda x, y: x, "The link failed: TypeError"),
    (lambda x: x if x > 0 else 0 * x, "choose between values with numpy.where"),
    (lambda x: "a", "Expected numbers from the link, got str"),
    (lambda x: x[:1], "one for each row, got an array of shape (1,)"),
    (np.log, "Expected finite numbers from the link, got NaN or infinity"),
    (lambda x: x + 1j, "Expected real numbers from the link"),
]


@pytest.mark.parametrize(("link", "told"), BAD)
def test_links_that_are_none_are_refused_in_one_line(link: object, told: str) -> None:
    with pytest.raises(OptionError) as caught:
        checked_link(link)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("link", [np.tanh, np.abs, lambda x: np.where(x > 0, x, 0.0)])
def test_links_that_are_some_come_back_as_they_are(link: object) -> None:
    assert checked_link(link) is link


def test_mechanisms_are_drawn_with_links_that_were_tried() -> None:
    graph, rng = CausalGraph.parse("X -> Y"), np.random.default_rng(0)
    with pytest.raises(OptionError, match="Expected numbers from the link"):
        drawn_models(graph, ScmPrior(link=lambda x: "a"), rng)
