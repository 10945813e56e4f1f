"""What the data say of edges of any graph, without a search."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from causal_magics import discover
from causal_magics.discovery.evidence import evidence_of, measure


def test_edges_of_a_frame_are_priced_by_the_code_of_noise_that_discovery_finds() -> None:
    noise = np.random.default_rng(0).laplace(size=(1000, 3))
    frame = pd.DataFrame({"a": noise[:, 0], "b": noise[:, 0] + noise[:, 1], "c": noise[:, 2]})
    learned = discover(frame)
    assert learned.codebook is not None
    assert learned.codebook.residuals is not None
    priced = measure(frame, graph=learned.graph).edge_bits(learned.graph)
    assert priced == pytest.approx(evidence_of(learned).edge_bits(learned.graph))
