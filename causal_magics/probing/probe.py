"""`probe`: whether a model shows the dependences that a graph of selected texts entails.

McMilin, "Selection bias induced spurious correlations in large language models" (2022), and
"Underspecification in language modeling tasks" (2023).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from numpy.typing import ArrayLike

from causal_magics.errors import PromptError, shorten
from causal_magics.graph.model import CausalGraph
from causal_magics.language.loading import model_of
from causal_magics.language.protocol import LanguageModel
from causal_magics.options import check_kind, check_option, check_share
from causal_magics.probing.entailment import Entailment, Entailments, entailments
from causal_magics.probing.findings import Finding, Scale, findings_of
from causal_magics.probing.measuring import Measure, Measurement, measure_texts
from causal_magics.probing.prompts import Prompts
from causal_magics.probing.selection_strength import SelectionStrength, selection_strength

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Probe", "probe"]


@dataclass(frozen=True, eq=False, repr=False)
class Probe:
    """What a model shows of the dependences in a graph.

    Parameters
    ----------
    graph : CausalGraph
        As it was drawn.
    prompts : Prompts
    model_id : str
    measure : {"sentence", "next", "mass"}
    scale : {"rank", "value"}
    level : float
        Of the confidence intervals.
    low_mass : float
        Values after which the listed words have less mass than this are marked.
    measurements : tuple of Measurement
        Probabilities of each template, value and group.
    findings : tuple of Finding
        One for each pair of nodes that templates hold together, and set of other nodes with them.
    entailments : Entailments
        What the graph says of all pairs of observed nodes, selection apart given nothing.
    """

    graph: CausalGraph
    prompts: Prompts
    model_id: str
    measure: Measure
    scale: Scale
    level: float
    low_mass: float
    measurements: tuple[Measurement, ...]
    findings: tuple[Finding, ...]
    entailments: Entailments

    @classmethod
    def of(
        cls,
        graph: CausalGraph,
        prompts: Prompts,
        model_id: str,
        measurements: tuple[Measurement, ...],
        *,
        measure: Measure = "sentence",
        scale: Scale = "rank",
        level: float = 0.95,
        low_mass: float = 0.01,
    ) -> Probe:
        """Return what follows from measurements."""
        findings = findings_of(graph, prompts, measurements, scale, level)
        return cls(
            graph, prompts, model_id, measure, scale, level, low_mass, measurements, findings,
            entailments(graph),
        )  # fmt: skip

    @property
    def opened(self) -> tuple[Entailment, ...]:
        """The pairs that only selection makes dependent."""
        return self.entailments.opened

    @property
    def unmeasured(self) -> tuple[Entailment, ...]:
        """The pairs that no template holds together with words to be scored."""
        measured = {frozenset(finding.pair) for finding in self.findings}
        return tuple(
            pair for pair in self.entailments.pairs if frozenset((pair.a, pair.b)) not in measured
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers should know, one line each."""
        from causal_magics.probing.probe_report import notes_of

        return notes_of(self)

    def finding(
        self, condition: str | None = None, response: str | None = None, given: object = None
    ) -> Finding:
        """Return the finding of a pair.

        Parameters
        ----------
        condition, response : str, optional
            What is left out may be any.
        given : iterable of str, optional
            The other nodes of its templates; by default any.

        Raises
        ------
        PromptError
            Where no template measures such a pair.
        """
        for finding in self.findings:
            if (
                condition in (None, finding.condition)
                and response in (None, finding.response)
                and (given is None or set(given) == set(finding.given))  # type: ignore[call-overload]
            ):
                return finding
        there = ", ".join(f"{a} and {b}" for a, b in (each.pair for each in self.findings[:6]))
        raise PromptError(
            f"Expected a pair that templates hold, got {shorten(str(condition))} and "
            f"{shorten(str(response))}. Measured are {there}."
        )

    def __repr__(self) -> str:
        verdicts = [finding.verdict for finding in self.findings]
        told = ", ".join(
            f"{verdicts.count(verdict)} {verdict}" for verdict in dict.fromkeys(verdicts)
        )
        return (
            f"<Probe of {self.model_id}: {_counted(self.prompts.templates, 'template')}, "
            f"{_counted(self.findings, 'pair')}: {told}>"
        )

    def _repr_html_(self) -> str:
        from causal_magics.probing.probe_report import html_of

        return html_of(self)

    def to_frame(self) -> Any:
        """Return one row per pair and group, and per difference of groups.

        Columns `condition`, `response`, `given`, `entailed`, `path`; `group`; `per_step`, `low`,
        `high` in percentage points a step of the scale; `r`; `template_sd` and `same_sign`, the
        spread of the slope over templates and the share of them that have its sign; `templates`,
        their number; `verdict`.
        """
        from causal_magics.probing.probe_report import slopes_frame

        return slopes_frame(self)

    def templates_frame(self) -> Any:
        """Return the slope of each template: `template`, `condition`, `group`, `per_step`."""
        from causal_magics.probing.probe_report import templates_frame

        return templates_frame(self)

    def mass_frame(self) -> Any:
        """Return the mass of the listed words after each value, and whether it is low."""
        from causal_magics.probing.probe_report import mass_frame

        return mass_frame(self)

    def plot(self, ax: Axes | None = None, *, condition: str | None = None) -> Axes:
        """Draw the curves of one pair: a line for each group, its band the spread over templates.

        Parameters
        ----------
        ax
            Where to draw; a new figure where left out.
        condition
            Which; the first where left out.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.probing.probe_plotting import plot_curves

        return plot_curves(self.finding(condition), ax)

    def plot_slopes(self, ax: Axes | None = None) -> Axes:
        """Draw the slope of each pair with its interval, and that of each template as a dot.

        Parameters
        ----------
        ax
            Where to draw; a new figure where left out.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.probing.probe_plotting import plot_slopes

        return plot_slopes(self, ax)

    def selection_strength(
        self,
        population: Mapping[str, float] | ArrayLike,
        *,
        condition: str | None = None,
        response: str | None = None,
    ) -> SelectionStrength:
        """Return the selection that a curve implies, as `selection_strength` does.

        Parameters
        ----------
        population : mapping of group to P(g), or array of shape (values, groups)
            P(g) where the graph has the two nodes independent in the population, otherwise
            P(g | w).
        condition, response : str, optional
            Which pair; the first where left out.

        Raises
        ------
        PromptError
        """
        finding = self.finding(condition, response)
        return selection_strength(finding, population, level=self.level)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the result to a file (NumPy's npz, no pickles).

        Raises
        ------
        StorageError
            Where it cannot be written; what stood there before stays.
        """
        from causal_magics.probing.probe_storage import save_probe

        save_probe(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Probe:
        """Read what `save` wrote.

        Raises
        ------
        PromptError
            Where the file is no saved probe.
        """
        from causal_magics.probing.probe_storage import load_probe

        return load_probe(path)


def probe(
    graph: CausalGraph,
    prompts: Prompts | Sequence[str] | str,
    model: LanguageModel | str | Path = "smollm2",
    *,
    values: Mapping[str, Any] | None = None,
    measure: Measure = "sentence",
    scale: Scale = "rank",
    level: float = 0.95,
    low_mass: float = 0.01,
) -> Probe:
    """Measure in a language model the dependences that a graph with selection entails.

    Every pair of nodes that a template holds together is measured, where one of them has groups of
    words: these are scored at their place in the text, for each value of the other node, and the
    slope of their probability over the rank of the value is set beside what the graph says of the
    pair, given the other nodes of the template. No direction is expected, and a slope sees only
    what rises or falls.

    Parameters
    ----------
    graph : CausalGraph
        How texts come to be, with a node that says which were kept: ``Written [selected]``.
    prompts : sequence of str, or Prompts
        Texts with nodes in braces, such as ``In {Date}, {Pronoun} was a child.`` `Prompts` have
        values already, of which `values` may replace some.
    model : LanguageModel, str or Path
        What `load_model` takes.
    values : mapping
        For each node of the texts its values in rank order, ``1801, 1811``, or groups of words,
        ``female = she, her | male = he, him``; as text, or as a sequence or mapping.
    measure : {"sentence", "next", "mass"}
        Words with the rest of the text, shared out among the listed words; words alone, shared out;
        or the mass of words as it is. Masked models read both sides of the word in each case.
    scale : {"rank", "value"}
        Slopes a step of rank, or a unit of values that are numbers.
    level : float
        Confidence level.
    low_mass : float
        Values after which the listed words have less mass than this are marked.

    Returns
    -------
    Probe

    Raises
    ------
    PromptError
        Where nothing can be measured from prompts and values.
    OptionError
        Where an option is none that there is, or an argument is of another kind.
    LanguageModelError
        Where the model is not here, or cannot score the texts.
    """
    check_option("measure", measure, get_args(Measure))
    check_option("scale", scale, get_args(Scale))
    check_share("level", level)
    check_share("low_mass", low_mass)
    known: Mapping[str, Any] = {} if values is None else values
    if isinstance(prompts, Prompts):
        check_kind("values by node", known, Mapping, 'Write {"Date": "1801, 1901"}.')
        known = {**prompts.values, **known}
        prompts = [template.text for template in prompts.templates]
    checked = Prompts.of(graph, prompts, known)
    asked = model_of(model)
    found = measure_texts(asked, checked, graph.nodes, measure)
    return Probe.of(
        graph, checked, asked.model_id, found,
        measure=measure, scale=scale, level=level, low_mass=low_mass,
    )  # fmt: skip


def _counted(things: Sequence[object], what: str) -> str:
    return f"{len(things)} {what}" + "s" * (len(things) != 1)
