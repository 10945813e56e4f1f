"""Probes of models whose probabilities are known."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from language.tiny_models import causal_tokenizer, masked_tokenizer, tiny_network
from probing import known_tables as known

from causal_magics.errors import LanguageModelError, OptionError, PromptError
from causal_magics.graph.model import CausalGraph
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.masked_lm import MaskedLM
from causal_magics.language.naive import score_one_by_one
from causal_magics.language.protocol import Pair, PairScorer, Slot
from causal_magics.probing.measuring import Measure
from causal_magics.probing.probe import Probe, probe

mpl.use("agg")
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def selected() -> Probe:
    return probe(known.GRAPH, known.TEMPLATES, known.selected_model(), values=known.VALUES)


class Counting(PairScorer):
    """Gives every word the same probability, or what it is told to; keeps what it is asked."""

    def __init__(self, score: float = -3.0, leading: str = "bos") -> None:
        self.model_id = "counting"
        self.leading = leading
        self.value = score
        self.batches: list[list[Pair]] = []

    def score(self, pairs: Sequence[Pair]) -> np.ndarray:
        self.batches.append(list(pairs))
        return np.full(len(pairs), self.value)


def test_exact_probabilities_are_recovered(selected: Probe) -> None:
    (measured,) = selected.measurements
    exact = known.share_given(known.joint(known.selection()))
    assert measured.conditions == ("Date", "Place")
    np.testing.assert_allclose(measured.probabilities, np.stack([exact, exact]), atol=1e-12)
    np.testing.assert_allclose(measured.mass, 1.0, atol=1e-12)
    curves = selected.finding("Date").curves
    np.testing.assert_allclose(curves, np.stack([exact.mean(axis=1)] * 2), atol=1e-12)
    step = np.polyfit(range(5), 100 * exact.mean(axis=1)[:, 0], 1)[0]
    assert selected.finding("Date").slopes[0].per_step == pytest.approx(step)
    assert selected.finding("Date").differences[0].per_step == pytest.approx(2 * step)


def test_verdicts_follow_the_graph_and_the_model(selected: Probe) -> None:
    population = probe(known.GRAPH, known.TEMPLATES, known.population_model(), values=known.VALUES)
    free = CausalGraph.parse("Date -> Kept; Place -> Kept; Gender; Kept [selected]")
    unselected = probe(free, known.TEMPLATES, known.selected_model(), values=known.VALUES)
    for made, verdict, kind in (
        (selected, "as entailed", "opened by selection"),
        (population, "not seen", "opened by selection"),
        (unselected, "against the graph", "independent"),
    ):
        assert [finding.verdict for finding in made.findings] == [verdict, verdict]
        assert {finding.entailment.kind for finding in made.findings} == {kind}
    still = probe(free, known.TEMPLATES, known.population_model(), values=known.VALUES)
    assert {finding.verdict for finding in still.findings} == {"as entailed"}
    assert selected.finding("Date").entailment.path == "Date -> Kept <- Gender"


def test_words_after_the_response_count_and_are_given(selected: Probe) -> None:
    turned = ("There was {Gender} in {Date}.", "There {Gender} was in {Date}.")
    model = known.TableModel(known.joint(known.selection()), turned)
    values = {name: known.VALUES[name] for name in ("Date", "Gender")}
    found = probe(known.GRAPH, turned, model, values=values).finding()
    table = known.joint(known.selection()).probabilities.sum(axis=1)
    np.testing.assert_allclose(found.curves[0], table / table.sum(axis=1, keepdims=True))
    with pytest.raises(PromptError, match="reads no further"):
        probe(known.GRAPH, turned, model, values=values, measure="next")


def test_mass_is_told_and_marked() -> None:
    values = {**known.VALUES, "Gender": "f = she | m = they"}
    rare = known.joint(known.selection()).probabilities.copy()
    rare[0] *= [1e-4, 1.0]
    levels = {"Date": known.DATES, "Place": known.PLACES, "Gender": ("she", "he")}
    model = known.TableModel(known.Joint(levels, rare / rare.sum()), known.TEMPLATES)
    found = probe(known.GRAPH, known.TEMPLATES, model, values=values, measure="mass")
    finding = found.finding("Date")
    assert finding.low_mass_values(0.01) == ("1801",)
    assert "mass below 1.00% after 1 of 5 values of Date: 1801." in found.notes[0]
    assert list(found.mass_frame()["low"])[:5] == [True, False, False, False, False]
    np.testing.assert_allclose(finding.mass, finding.curves.sum(axis=-1).mean(axis=0))
    assert finding.curves[..., 1].max() == 0.0


def test_everything_is_asked_once_in_one_batch() -> None:
    model = Counting()
    templates = [*known.TEMPLATES, "In {Date}, in {Place}, {Gender} slept."]
    probe(known.GRAPH, templates, model, values=known.VALUES)
    (pairs,) = model.batches
    assert len(pairs) == len(set(pairs)) == 25 * 2 * 3 + 25 * 2 * 2
    assert ("In 1801, in Iran,", " she slept.") in pairs
    model = Counting()
    probe(known.GRAPH, templates, model, values=known.VALUES, measure="next")
    assert len(model.batches[0]) == 25 * 2 * 2


def test_words_of_several_tokens_with_the_same_first_token() -> None:
    model = CausalLM(tiny_network("llama"), causal_tokenizer(), "tiny", leading="bos")
    words = ("doctor", "doctors", "xylophonist")
    values = {"Date": "1801, 1901", "Gender": {word: [word] for word in words}}
    text = "In {Date}, the {Gender} slept."
    found = probe(known.GRAPH, [text], model, values=values).finding()
    for row, date in enumerate(("1801", "1901")):
        pairs = [(f"In {date}, the", f" {word} slept.") for word in words]
        logs = score_one_by_one(model.network, model.encode(pairs))
        np.testing.assert_allclose(found.curves[0, row], np.exp(logs) / np.exp(logs).sum(), 1e-4)
    assert len({tokens[0] for _, tokens in model.encode(pairs)}) < 3


class BothSides(Counting):
    """Tells the word by the date, on whichever side of it the date stands."""

    leading = "none"

    def score_slots(self, slots: Sequence[Slot]) -> np.ndarray:
        self.batches.append([(before, word + after) for before, word, after in slots])
        late = np.array(["2000" in before + after for before, _, after in slots])
        she = np.array([word == " she" for _, word, _ in slots])
        return np.log(0.4 * np.where(late == she, 0.75, 0.25))


@pytest.mark.parametrize("measure", ["sentence", "next", "mass"])
def test_models_that_read_both_sides(measure: Measure) -> None:
    model = BothSides(leading="none")
    texts = ["In {Date} there {Gender} was.", "There {Gender} was in {Date}."]
    values = {"Date": "1801, 2000", "Gender": known.VALUES["Gender"]}
    found = probe(known.GRAPH, texts, model, values=values, measure=measure).finding()
    whole = 0.4 if measure == "mass" else 1.0
    np.testing.assert_allclose(found.curves, [whole * np.array([[0.25, 0.75], [0.75, 0.25]])] * 2)
    np.testing.assert_allclose(found.mass, 0.4)
    assert len(model.batches[0]) == 8


def test_masked_models_are_asked_at_the_mask() -> None:
    tokenizer = masked_tokenizer()
    model = MaskedLM(tiny_network("bert"), tokenizer, "tiny bert")
    values = {"Date": "1801, 1901", "Gender": known.VALUES["Gender"]}
    text = "In {Date}, {Gender} was a doctor."
    found = probe(known.GRAPH, [text], model, values=values, measure="mass").finding()
    she, he = tokenizer.convert_tokens_to_ids(["she", "he"])
    for row, date in enumerate(("1801", "1901")):
        ids = tokenizer(f"In {date}, [MASK] was a doctor.", return_tensors="pt")["input_ids"]
        place = ids[0].tolist().index(tokenizer.mask_token_id)
        shares = model.network(input_ids=ids).logits[0, place].softmax(-1).detach().numpy()
        np.testing.assert_allclose(found.curves[0, row], shares[[she, he]], rtol=1e-4)


def test_given_nodes_are_those_of_the_templates() -> None:
    graph = CausalGraph.parse("Date -> Kept <- Place -> Gender; Kept [selected]")
    templates = ["In {Date}, {Gender} slept.", "In {Date}, in {Place}, {Gender} slept."]
    found = probe(graph, templates, Counting(), values=known.VALUES)
    kinds = {(each.condition, each.given): each.entailment.kind for each in found.findings}
    assert kinds == {
        ("Date", ()): "opened by selection",
        ("Date", ("Place",)): "independent",
        ("Place", ("Date",)): "dependent",
    }
    assert found.finding("Date", given=["Place"]).templates == (templates[1],)


def test_two_nodes_with_words_are_measured_once_each_way_round() -> None:
    graph = CausalGraph.parse("Job -> Kept <- Gender; Date -> Kept; Kept [selected]")
    values = {**known.VALUES, "Job": "care = nurse, midwife | sea = sailor | other = cook"}
    del values["Place"]
    found = probe(graph, ["In {Date} the {Job} said {Gender} slept."], Counting(), values=values)
    pairs = sorted(each.pair for each in found.findings)
    assert pairs == [("Date", "Gender"), ("Date", "Job"), ("Job", "Gender")]
    job = found.finding("Date", "Job")
    np.testing.assert_allclose(job.curves.mean(axis=(0, 1)), [0.5, 0.25, 0.25])
    assert [each.group for each in job.deciding] == ["care", "sea", "other"]


def test_views(selected: Probe) -> None:
    assert repr(selected) == "<Probe of selected texts: 2 templates, 2 pairs: 2 as entailed>"
    frame = selected.to_frame()
    assert list(frame["group"]) == ["f", "m", "f − m"] * 2
    assert set(frame["entailed"]) == {"opened by selection"}
    assert len(selected.templates_frame()) == 2 * 2 * 3
    html = selected._repr_html_()
    assert "<svg" in html
    assert "Date -&gt; Kept &lt;- Gender" in html
    assert [pair.kind for pair in selected.unmeasured] == [
        "opened by selection", "independent", "independent", "independent",
    ]  # fmt: skip
    assert "Mood" in selected.notes[-2]
    assert {(pair.a, pair.b) for pair in selected.opened} == {
        ("Date", "Place"), ("Date", "Gender"), ("Place", "Gender"),
    }  # fmt: skip


def test_templates_that_are_one_up_to_the_words_are_told() -> None:
    alike = ["In {Date}, {Gender} slept.", "In {Date}, {Gender} woke."]
    values = {name: known.VALUES[name] for name in ("Date", "Gender")}
    model = known.TableModel(known.joint(known.selection()), alike)
    found = probe(known.GRAPH, alike, model, values=values, measure="next")
    assert found.notes[0].startswith("All 2 templates of Date and Gender give the same")
    one = probe(known.GRAPH, alike[:1], model, values=values)
    assert one.notes[0].startswith("Date and Gender stand in one template")


def test_hostile_names_are_shown_as_they_are() -> None:
    graph = CausalGraph(["<b>", "$x_1$", "S"], [("<b>", "S"), ("$x_1$", "S")])
    graph = graph.set_roles("S", "selection")
    values = {"<b>": ["<i>1</i>", "{$2^{3}$}"], "$x_1$": {"<u>": ["a"], "$z": ["b"]}}
    found = probe(graph, ["<p>{<b>} {$x_1$}</p>", "{<b>} is {$x_1$}"], Counting(), values=values)
    html = found._repr_html_()
    assert "<i>1" not in html
    assert "<b>" not in html.replace("<b></b>", "")
    for axes in (found.plot(), found.plot_slopes()):
        axes.figure.canvas.draw()


def test_pictures(selected: Probe) -> None:
    axes = selected.plot(condition="Place")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["f", "m"]
    assert axes.get_xlabel() == "Place"
    assert [tick.get_text() for tick in axes.get_xticklabels()] == list(known.PLACES)
    lines = [line for line in axes.lines if len(line.get_xdata()) == 5]
    middle = 100 * selected.finding("Place").curves.mean(axis=0)
    np.testing.assert_allclose(lines[0].get_ydata(), middle[:, 0])
    _, given = plt.subplots()
    assert selected.plot_slopes(given) is given
    assert len(given.get_yticklabels()) == 2


@pytest.mark.parametrize("again", [copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))])
def test_copied_and_pickled(selected: Probe, again: Callable[[Probe], Probe]) -> None:
    found = again(selected)
    assert found._repr_html_() == selected._repr_html_()
    assert found.prompts == selected.prompts
    model = again(known.selected_model())  # type: ignore[arg-type]
    assert repr(probe(known.GRAPH, known.TEMPLATES, model, values=known.VALUES)) == repr(selected)  # type: ignore[arg-type]


@pytest.mark.parametrize("model", [None, 7, known.TableModel])
def test_what_is_no_model_is_told(model: object) -> None:
    with pytest.raises(LanguageModelError, match="Expected a language model or the name of one"):
        probe(known.GRAPH, known.TEMPLATES, model, values=known.VALUES)  # type: ignore[arg-type]


def test_saved_and_read_again(selected: Probe, tmp_path: Path) -> None:
    path = tmp_path / "probe.npz"
    selected.save(path)
    again = Probe.load(path)
    assert repr(again) == repr(selected)
    assert again.graph == selected.graph
    assert again.to_frame().equals(selected.to_frame())
    assert again.notes == selected.notes
    path.write_bytes(b"no probe")
    with pytest.raises(PromptError, match="Expected a saved probe"):
        Probe.load(path)
    np.savez(path, asked=np.array("{}"))
    with pytest.raises(PromptError, match="Expected a saved probe"):
        Probe.load(path)


def test_scale_of_values() -> None:
    model = known.selected_model()
    dates = {name: known.VALUES[name] for name in ("Date", "Gender")}
    texts = ["In {Date}, {Gender} slept."]
    model = known.TableModel(known.joint(known.selection()), texts)
    by_rank = probe(known.GRAPH, texts, model, values=dates).finding()
    by_year = probe(known.GRAPH, texts, model, values=dates, scale="value").finding()
    years = [float(year) for year in known.DATES]
    line = np.polyfit(years, 100 * by_year.curves[0, :, 0], 1)
    assert by_year.slopes[0].per_step == pytest.approx(line[0])
    assert by_rank.slopes[0].per_step > 20 * by_year.slopes[0].per_step
    with pytest.raises(PromptError, match="numbers as the values of 'Place'"):
        probe(known.GRAPH, known.TEMPLATES, Counting(), values=known.VALUES, scale="value")


def test_what_cannot_be_probed() -> None:
    def refused(match: str, kind: type[Exception] = PromptError, /, **options: object) -> None:
        asked = {"prompts": known.TEMPLATES, "values": known.VALUES, "model": Counting()}
        with pytest.raises(kind, match=match) as error:
            probe(known.GRAPH, **{**asked, **options})  # type: ignore[arg-type]
        assert "\n" not in str(error.value)

    refused("Did you mean sentence?", OptionError, measure="sentense")
    refused("scale among rank, value", OptionError, scale="log")
    refused("level between 0 and 1", OptionError, level=95)
    refused("low_mass between 0 and 1", OptionError, low_mass=-1)
    refused("none of them any probability", model=Counting(-np.inf))
    many = ", ".join(map(str, range(3000)))
    refused("at most 1,000,000 texts", values={**known.VALUES, "Date": many, "Place": many})
    first = {"prompts": ["{Gender} slept in {Date}."], "model": Counting(leading="none")}
    values = {name: known.VALUES[name] for name in ("Date", "Gender")}
    refused("words before {Gender}", values=values, **first)
    assert probe(known.GRAPH, first["prompts"], Counting(), values=values).findings  # type: ignore[arg-type]
    for score in (np.nan, 0.5):
        with pytest.raises(LanguageModelError, match="counting gives"):
            probe(known.GRAPH, known.TEMPLATES, Counting(score), values=known.VALUES)


def test_without_selection_a_note_says_how_to_mark_it(selected: Probe) -> None:
    graph = CausalGraph.parse("Date -> Kept <- Gender; Place")
    found = probe(graph, known.TEMPLATES, known.selected_model(), values=known.VALUES)
    assert "Written [selected]" in found.notes[0]
    assert {finding.verdict for finding in found.findings} == {"against the graph"}
    assert not any("[selected]" in note for note in selected.notes)
    with pytest.raises(PromptError, match="Measured are Date and Gender"):
        selected.finding("Mood")


def test_prompts_that_are_checked_already_are_taken_and_values_replaced(selected: Probe) -> None:
    found = probe(known.GRAPH, selected.prompts, known.selected_model())
    assert repr(found) == repr(selected)
    np.testing.assert_array_equal(found.finding().curves, selected.finding().curves)
    dates = selected.prompts.values["Date"].labels[:2]
    fewer = probe(known.GRAPH, selected.prompts, known.selected_model(), values={"Date": dates})
    assert fewer.finding("Date").values == dates
    with pytest.raises(OptionError, match="Expected values by node, got str"):
        probe(known.GRAPH, selected.prompts, known.selected_model(), values="1801, 1901")  # type: ignore[arg-type]
