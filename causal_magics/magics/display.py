"""What a cell shows: graphs in the editor where there is a screen, notation elsewhere."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeGuard, cast

from IPython.core.interactiveshell import InteractiveShell

from causal_magics.graph.comparison import Comparison
from causal_magics.graph.model import CausalGraph
from causal_magics.magics.arguments import Argument
from causal_magics.magics.calls import Call
from causal_magics.passive.acting.experiments import Experiments
from causal_magics.widgets.effects import with_effect
from causal_magics.widgets.evidence import Evidence
from causal_magics.widgets.experimenter import Experimenter, attached, experimenter_of
from causal_magics.widgets.live_widget import LiveWidget
from causal_magics.widgets.opening import open_editor
from causal_magics.widgets.opinions import Opinions

if TYPE_CHECKING:
    from causal_magics.discovery.result import Discovery
    from causal_magics.probing.mediation_result import Mediation
    from causal_magics.pruning.pruning_result import Pruning

_WITH_MAP: Final = (
    "causal_magics.probing.mediation_result.Mediation",
    "causal_magics.pruning.pruning_result.Pruning",
)

Bundle = tuple[dict[str, Any], dict[str, Any]]

_OPINIONS: Final = ("model", "prior", "descriptions", "domain")
_ABOUT: Final[dict[type, str]] = {Comparison: "learned", Experiments: "graph"}
"""The parameter that a result's graph was given as, where ``-o`` binds the result itself."""

_IN_EDITOR: Final = (
    "causal_magics.graph.model.CausalGraph",
    "causal_magics.discovery.result.Discovery",
    "causal_magics.graph.comparison.Comparison",
    "causal_magics.passive.acting.experiments.Experiments",
)

_Shown: TypeAlias = "CausalGraph | Discovery | Comparison | Experiments"


@dataclass(frozen=True, slots=True)
class Offer:
    """A result that the current cell may show, the name of its graph, and the call it is from."""

    result: object
    name: str | None
    call: Call


@dataclass(slots=True)
class Screen:
    """Shows the results of the current cell in the editor.

    A result is a plain value. It opens the editor only where the cell that made it shows it, as
    the cell's last expression or through `display`; later it is shown as any value of its type.

    Parameters
    ----------
    shell : InteractiveShell
    """

    shell: InteractiveShell
    _offers: list[Offer] = field(default_factory=list)
    _below: list[LiveWidget] = field(default_factory=list)

    def install(self) -> None:
        """Take over the display of results."""
        for name in _IN_EDITOR:
            self._mime.for_type(name, self._bundle)
            self._html.for_type(name, self._html_without_editor)
        for name in _WITH_MAP:
            self._html.for_type(name, self._html_above_map)

    def remove(self) -> None:
        """Give the display back."""
        for name in _IN_EDITOR:
            self._mime.pop(name, None)
        for name in (*_IN_EDITOR, *_WITH_MAP):
            self._html.pop(name, None)
        self.clear()

    def offer(self, result: object, name: str | None, call: Call) -> None:
        """Let the current cell show a result in the editor.

        Raises
        ------
        CausalMagicsError
            Where the cell asks about an effect that its graph cannot have, or names a policy that
            is none.
        """
        if not isinstance(result, Experiments):
            told: dict[str, Any] = {name: each.value for name, each in call.screen.items()}
            attached(told.get("policy"), told.get("goal"))
        if "effect" in call.screen:
            _with_effect(_graph_of(cast("_Shown", result)), call)
        self._offers.append(Offer(result, name, call))

    def clear(self) -> None:
        """Forget what the cell did not show."""
        self._offers.clear()
        self._below.clear()

    def show_below(self) -> None:
        """Show timelines and maps of what the cell has shown, below it."""
        for widget in self._below:
            widget.display_alone()

    @property
    def _mime(self) -> Any:
        assert self.shell.display_formatter is not None
        return self.shell.display_formatter.mimebundle_formatter

    @property
    def _html(self) -> Any:
        assert self.shell.display_formatter is not None
        return self.shell.display_formatter.formatters["text/html"]

    @property
    def _has_editor(self) -> bool:
        """Whether a front-end can be reached: there is a kernel."""
        return getattr(self.shell, "kernel", None) is not None

    def _offered(self, value: object) -> Offer | None:
        return next((offer for offer in self._offers if offer.result is value), None)

    def _bundle(self, value: Any) -> Bundle:
        own, own_metadata = own_bundle(value)
        offer = self._offered(value)
        if offer is None:
            return own, own_metadata
        graph = _graph_of(value)
        text = {"text/plain": str(graph) if value is graph else repr(value)}
        if not self._has_editor:
            return {**own, **text}, own_metadata
        name, bound = self._bound_to(offer, graph)
        editor = open_editor(
            _with_effect(graph, offer.call), name, namespace=self.shell.user_ns,
            title=_title_of(value), read_only=isinstance(value, Comparison) and not bound,
            evidence=_evidence_of(value, offer.call),
            experimenter=_experimenter_of(value, offer.call),
        )  # fmt: skip
        if _is_discovery(value) and len(value.batches) > 1:
            from causal_magics.widgets.episode_timeline import EpisodeTimeline

            self._below.append(EpisodeTimeline(value, editor=editor))
        data, metadata = own_bundle(editor)
        return {**own, **data, **text}, {**own_metadata, **metadata}

    def _bound_to(self, offer: Offer, graph: CausalGraph) -> tuple[str | None, bool]:
        """Return the name that follows the editor: that of the graph which a result is about."""
        about = _ABOUT.get(type(offer.result))
        if about is None:
            return offer.name, offer.name is not None
        told = offer.call.arguments.get(about)
        name = None if told is None else told.source
        bound = name is not None and self.shell.user_ns.get(name) is graph
        return (name if bound else None), bound

    def _html_without_editor(self, value: object) -> str | None:
        """Return a value's own HTML; none beside the editor, whose picture would not be seen."""
        return None if self._has_editor and self._offered(value) else own_html(value)

    def _html_above_map(self, value: Mediation | Pruning) -> str | None:
        """Return tables alone where the map of heads is shown below them."""
        tables = _tables_above_map(value) if self._has_editor and self._offered(value) else None
        if tables is None:
            return own_html(value)
        from causal_magics.widgets.head_maps import head_map

        widget = head_map(value)
        if widget not in self._below:
            self._below.append(widget)
        return tables


def _tables_above_map(value: Mediation | Pruning) -> str | None:
    """Return a result's HTML without its picture of heads; None where it has none."""
    from causal_magics.probing import mediation_report
    from causal_magics.probing.mediation_result import Mediation
    from causal_magics.pruning import pruning_report

    if not isinstance(value, Mediation):
        return pruning_report.html_of(value, picture=False)
    return mediation_report.html_of(value, picture=False) if value.mediators == "heads" else None


def _is_discovery(value: object) -> TypeGuard[Discovery]:
    """Whether a value was learned from data; where nothing was, discovery is not loaded to tell."""
    home = sys.modules.get("causal_magics.discovery.result")
    return home is not None and isinstance(value, home.Discovery)


def _with_effect(graph: CausalGraph, call: Call) -> CausalGraph:
    told = call.screen.get("effect")
    return graph if told is None else with_effect(graph, cast("str", told.value))


def _graph_of(value: _Shown) -> CausalGraph:
    if isinstance(value, CausalGraph):
        return value
    return value.learned if isinstance(value, Comparison) else value.graph


def _title_of(value: object) -> str:
    if isinstance(value, CausalGraph | Experiments):
        return ""
    return "Comparison" if isinstance(value, Comparison) else repr(value).strip("<>")


def _evidence_of(value: object, call: Call) -> Evidence:
    """Return what the editor holds the graph against: what the cell named, or learned from."""
    told = {**call.arguments, **call.screen}
    data, reference = told.get("data"), told.get("reference")
    discovery = value if _is_discovery(value) else None
    if discovery is not None and data is None and len(discovery.regimes) == 1:
        data = told.get("frame")  # of several regimes, the rows are not of one graph
    if isinstance(value, Comparison):
        reference = told.get("truth")
    test: Any = told["test"].value if "test" in told else "partial correlation"
    asked = {name: told[name].value for name in _OPINIONS if name in told}
    return Evidence(
        None if data is None else data.value, discovery=discovery, test=test,
        reference=None if reference is None else reference.value, opinions=Opinions(**asked),
        data_name=_name(data), reference_name=_name(reference),
    )  # fmt: skip


def _experimenter_of(value: object, call: Call) -> Experimenter | None:
    """Return what experiments on every edit: as the call did, or the policy that it names."""
    if not isinstance(value, Experiments):
        told = {name: argument.value for name, argument in call.screen.items()}
        return experimenter_of(told["policy"], told.get("goal")) if "policy" in told else None
    told = {name: argument.value for name, argument in call.arguments.items() if name != "graph"}
    policy, goal = told.pop("policy"), told.pop("goal", None)
    return experimenter_of(policy, goal, options=told, latest=value)


def _name(argument: Argument | None) -> str:
    """Return what an argument is called in the notebook."""
    return "" if argument is None else argument.source


def own_html(value: object) -> str | None:
    """Return a value's HTML, where it has some."""
    method = getattr(value, "_repr_html_", None)
    return None if method is None else cast("str", method())


def own_bundle(value: object) -> Bundle:
    """Return what a value says of its own display."""
    method = getattr(value, "_repr_mimebundle_", None)
    if method is None:
        return {}, {}
    bundle = method(include=None, exclude=None)
    return cast("Bundle", bundle if isinstance(bundle, tuple) else (bundle or {}, {}))
