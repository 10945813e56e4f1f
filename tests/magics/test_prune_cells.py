"""`prune` in cells, on a small random model."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell
from pruning.tiny_workloads import PRONOUNS, tiny_model

from causal_magics.pruning.pruning_result import Pruning

from .test_graph_cells import kernel

__all__ = ["kernel"]

BODY = "templates: The {} said that\ntemplates: The {} lived in Spain and\nwords: she / he\n"


@pytest.mark.filterwarnings("ignore:.*too noisy to prune by")
def test_prompts_are_lines_of_the_body(kernel: InteractiveShell) -> None:
    kernel.user_ns.update(tiny=tiny_model(), pronouns=PRONOUNS)
    line = "prune tiny --measure {{pronouns}} --n-windows 1 --ratio 0.2 --strategy one-shot -o p"
    kernel.run_cell_magic("causal", line, BODY)
    found = kernel.user_ns["p"]
    assert isinstance(found, Pruning)
    assert len(found.heads) == 2
    assert found.held_out[0].name == "gender: own prompts"
