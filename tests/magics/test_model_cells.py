"""Cells that ask a language model: a tiny one, by the folder it lies in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from language.tiny_models import save_tiny

from causal_magics.probing.mediation_result import Mediation
from causal_magics.probing.probe import Probe

Run = Callable[[str], Any]
Fails = Callable[[str], str]

PROBE = """%%causal probe --model {{folder}} -o found
Date -> Kept <- Gender
Kept [selected]
prompts: In {Date}, {Gender} was a "nurse"; or <b>not</b>.
prompts: In {Date}, \U0001f600 {Gender} was here.
Date: 1801, 1851, 1901
Gender: female = she, her | male = he
"""
MEDIATE = """%%causal mediate --model {{folder}} --direct -o found
pairs: The doctor said that -> The answer said that | she / he
pairs: The nurse was the -> The other was the | doctor / nurse
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the folders of a causal and a masked model."""
    return {
        family: save_tiny(family, tmp_path_factory.mktemp(family)) for family in ("llama", "bert")
    }


@pytest.fixture(autouse=True)
def names(shell: InteractiveShell, folders: dict[str, Path]) -> Iterator[dict[str, Any]]:
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    shell.user_ns["folder"] = folders["llama"]
    shell.user_ns["masked"] = str(folders["bert"])
    yield shell.user_ns
    torch.set_num_threads(threads)


def test_a_probe_and_the_python_that_does_it(run: Run, names: dict[str, Any]) -> None:
    found = run(PROBE)
    assert isinstance(found, Probe)
    assert names["found"] is found
    again: dict[str, Any] = {"folder": names["folder"]}
    exec(str(run("%causal code found")), again)
    assert again["found"].to_frame().equals(found.to_frame())
    assert "<b>" not in found._repr_html_()
    assert "&lt;b&gt;not" in str(found.templates_frame().to_html())


def test_a_mediation_its_python_and_its_heads(run: Run, names: dict[str, Any]) -> None:
    found = run(MEDIATE)
    assert isinstance(found, Mediation)
    assert len(found.pairs) == 2
    again: dict[str, Any] = {"folder": names["folder"]}
    exec(str(run("%causal code found")), again)
    np.testing.assert_allclose(again["found"].effects(), found.effects(), atol=1e-6)
    shown = run("%causal heads found")
    shown.selected = [found.top(1)[0]]
    assert run("%causal heads found").selected == (found.top(1)[0],)


def test_a_pair_of_the_notebook(run: Run, names: dict[str, Any]) -> None:
    names["pairs"] = [("The doctor said that", "The answer said that", " she", " he")]
    assert len(run("%causal mediate pairs --model {{folder}} --screen 2").pairs) == 1


def test_models_tell_what_is_in_memory(run: Run, names: dict[str, Any]) -> None:
    run("%causal mediate {{[('The doctor', 'The answer', ' she', ' he')]}} --model {{folder}}")
    assert names["folder"].name in repr(run("%causal models"))


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (PROBE.replace("{{folder}}", "smolm2"), "Did you mean 'smollm2'?"),
        (PROBE.replace("{{folder}}", "{{7}}"), "Expected a Path or a str for MODEL, got '7'"),
        (PROBE.replace("folder", "fodler"), "name 'fodler' is not defined"),
        (PROBE.replace("1801, 1851, 1901", "1801"), "at least two values, got '1801' alone"),
        (PROBE.replace("male = he", "male"), "group = word, word"),
        (PROBE.replace("her |", "he |"), "'he' twice"),
        (PROBE.replace("In {Date}", "In {Dat}"), "Did you mean 'Date'?"),
        (PROBE.replace("was here", "\ud800"), "half a character"),
        (PROBE.replace("was here", "was here " * 9999), "at most 20,000 characters"),
        (MEDIATE.replace("{{folder}}", "{{masked}}"), "causal model whose weights are here"),
        (MEDIATE.replace("The doctor", "The very tired doctor"), "as many tokens"),
        (MEDIATE.replace("answer", "doctor"), "base and counterfactual of a pair to differ"),
        (MEDIATE.replace("--direct", "--screen 0"), "whole number from 1, got 0"),
        (MEDIATE.replace("--direct", "--how outputs"), "Did you mean output?"),
        (MEDIATE.replace("| she / he", ""), "expected word / other word"),
        ("%causal mediate {{7}} --model {{folder}}", "Expected pairs of prompts, got int"),
        ("%causal heads {{7}}", "Expected a result with numbers of heads"),
        ("%causal models smollm2", "models takes no names; 'smollm2' is one too many"),
    ],
)
def test_mistakes_are_told_in_one_line(cell: str, words: str, fails: Fails) -> None:
    told = fails(cell)
    assert words in told
    assert "\n" not in told
    assert "Traceback" not in told


def test_lines_without_their_key_are_told_of_it(fails: Fails) -> None:
    told = fails("%%causal mediate --model {{folder}}\nThe nurse -> The man | she / he\n")
    assert told.endswith("mediate takes no graph. Begin each line with pairs:.")


def test_an_interrupt_is_one_line_and_the_model_works_on(
    run: Run, fails: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    from causal_magics.language import causal_lm

    before = run(PROBE)
    with monkeypatch.context() as patch:

        def stopped(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(causal_lm, "score_tokens", stopped)
        told = fails(PROBE.replace("-o found", "-o other"))
    assert "Stopped before there was a result; no name was bound." in told
    assert "\n" not in told
    assert run(PROBE)._repr_html_() == before._repr_html_()


def test_options_are_completed(shell: InteractiveShell) -> None:
    def complete(text: str) -> set[str]:
        with provisionalcompleter():
            return {each.text for each in shell.Completer.completions(text, len(text))}

    assert "mediate" in complete("%%causal med")
    assert "--mediators" in complete("%%causal mediate --med")
    assert complete("%%causal mediate --mediators n") == {"neurons"}
    assert complete("%%causal probe --measure s") == {"sentence"}
    assert "prompts:" in complete("%%causal probe\nprom")
