"""The 2 × 2 of actors whose scores are known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from passive.evaluation.scripted_actors import Perfect, Share

from causal_magics.errors import OptionError, PassiveError, StorageError
from causal_magics.passive.evaluation.two_by_two import TwoByTwo, two_by_two
from causal_magics.passive.worlds.environment import CausalEnvironment, Tasks
from causal_magics.passive.worlds.episodes import Episodes

mpl.use("Agg")

WORLD = CausalEnvironment()


@dataclass(frozen=True)
class Experimenter:
    """Does what is best where it could set something while exploring, else what is first."""

    name: str = "experimenter"

    def choose(self, episodes: Episodes, tasks: Tasks, rng: np.random.Generator) -> np.ndarray:
        if episodes.is_exploring or episodes.actions[:, 0].any():
            return Perfect().choose(episodes, tasks, rng)
        return 1 + 2 * (episodes.goals == 0)


@pytest.fixture(scope="module")
def found() -> TwoByTwo:
    return two_by_two(
        [Experimenter()] * 3, [Share(0.72), Share(0.75)], WORLD, causal_labels=Share(0.85),
        n_tasks=300, baselines=["correlational", "empirical-best"],
    )  # fmt: skip


def test_four_cells_and_their_controls(found: TwoByTwo) -> None:
    assert found.actors == (
        "interventional", "observational", "causal labels", "correlational", "empirical-best",
    )  # fmt: skip
    assert found.controls == ("causal labels", "correlational", "empirical-best")
    assert found.score("interventional", "may act").value == 1.0
    assert abs(found.score("interventional", "may only watch").value) < 0.2
    both = [
        found.score("observational", test).value
        for test in ("may act", "may only watch")
    ]  # fmt: skip
    assert both[0] == both[1]
    assert found.row("observational", "may act").n_policies == 2


def test_leads_are_by_task(found: TwoByTwo) -> None:
    lead = found.lead("empirical-best")
    assert lead.value == pytest.approx(1.0 - found.score("empirical-best").value)
    assert lead.low > 0.0
    assert found.lead("interventional").value == 0.0


def test_the_conclusion_says_what_is_so(found: TwoByTwo) -> None:
    said = found.conclusion
    assert "gets 1.00 [1.00, 1.00] of what there is to gain on held-out tasks" in said
    assert "; the other cells get less: " in said
    for name, words in (
        ("correlational", "correlation in natural rows gets"),
        ("causal labels", "natural rows with causal labels give"),
    ):
        held_out, trap = (found.score(name, split=split).value for split in ("held-out", "trap"))
        assert f"{words} {held_out:.2f} ({round(trap, 2) + 0.0:.2f} in traps)" in said
    assert "not surely less" not in said


WATCHES, ACTS = "1.00 (interventions, may only watch)", "1.00 (natural rows, may act)"


@pytest.mark.parametrize(
    ("actors", "rules", "words"),
    [
        ((Experimenter(), Share(0.5)), (), ("in traps; the other cells get less: ", ") and ")),
        (
            (Perfect(), Share(0.1)), ("correlational", "oracle"),
            (
                "in traps; two of the other cells get less: -",
                f", but one does not surely: {WATCHES}. But correlation",
                "in traps), and the simple rule oracle (1.00) is not surely less.",
            ),
        ),
        (
            (Experimenter(), Perfect()), (),
            (
                "in traps; one of the other cells gets less: ",
                f" (interventions, may only watch), but two do not surely: {ACTS} and 1",
            ),
        ),
        (
            (Perfect(), Perfect()), ("explore-then-exploit", "oracle"),
            (
                f"in traps; none of the other cells surely gets less: {WATCHES}, {ACTS} ",
                " But the simple rules explore-then-exploit (1.00) and oracle (1.00) are not",
            ),
        ),
    ],
)  # fmt: skip
def test_the_conclusion_names_what_does_as_well(
    actors: tuple[Any, Any], rules: tuple[str, ...], words: tuple[str, ...]
) -> None:
    found = two_by_two(*actors, WORLD, n_tasks=100, baselines=rules)
    assert set(found.controls) == set(rules)
    assert all(each in found.conclusion for each in words), found.conclusion
    assert ("But" in found.conclusion) == bool(rules)


def test_table_frame_and_words(found: TwoByTwo) -> None:
    html = found._repr_html_()
    assert "<th>may act: held-out</th><th>may act: trap</th><th>may only watch: held-out" in html
    assert "<td>natural rows with causal labels</td>" in html
    assert "<td>nothing: correlational</td>" in html
    frame = found.to_frame()
    assert len(frame) == 5 * 2 * 2
    one = frame.set_index(["actor", "test", "split"]).loc[("interventional", "may act", "trap")]
    assert (one["score"], one["policies"], one["is_control"]) == (1.0, 3, False)
    assert repr(found).startswith("<TwoByTwo, held-out tasks: interventional, may act 1.00")


def test_the_picture_has_four_numbers(found: TwoByTwo) -> None:
    axes = found.plot()
    assert found.plot(axes) is axes
    large = [text.get_text() for text in axes.texts if text.get_fontsize() > 20]
    assert large[0] == "1.00"
    assert len(large) == 8, "drawn twice"
    assert "causal labels" in axes.get_xlabel()
    assert [label.get_text() for label in axes.get_xticklabels()] == ["may act", "may only watch"]
    plt.close("all")


def test_saved_and_read(found: TwoByTwo, tmp_path: Path) -> None:
    found.save(tmp_path / "crossed.npz")
    again = TwoByTwo.load(tmp_path / "crossed.npz")
    assert again._repr_html_() == found._repr_html_()
    assert again.to_frame().equals(found.to_frame())
    found.act.save(tmp_path / "act.npz")
    with pytest.raises(StorageError, match="Expected a saved evaluation, but"):
        TwoByTwo.load(tmp_path / "act.npz")
    with pytest.raises(OptionError, match="Expected a path for the 2 × 2, got 3"):
        found.save(3)  # type: ignore[arg-type]


def test_bad_input(found: TwoByTwo) -> None:
    with pytest.raises(PassiveError, match="holds something out for the split held-out"):
        two_by_two(Perfect(), Perfect(), CausalEnvironment(held_out=None), n_tasks=5)
    with pytest.raises(PassiveError, match="one actor or more to evaluate, got none"):
        two_by_two(Perfect(), [], WORLD, n_tasks=5)
    with pytest.raises(OptionError, match="test among may act, may only watch, got 'act'"):
        found.score("interventional", "act")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="got 'corelational'"):
        two_by_two(Perfect(), Perfect(), WORLD, n_tasks=5, baselines="corelational")
