"""What a cell shows: graphs in the editor where there is a screen, notation elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, cast

from IPython.core.interactiveshell import InteractiveShell

from causal_magics.graph.model import CausalGraph
from causal_magics.widgets.opening import edit

Bundle = tuple[dict[str, Any], dict[str, Any]]

_IN_EDITOR: Final = (
    "causal_magics.graph.model.CausalGraph",
    "causal_magics.discovery.discover.Discovery",
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A result that the current cell may show, and the name which its graph is bound to."""

    result: object
    name: str | None


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

    def install(self) -> None:
        """Take over the display of results."""
        for name in _IN_EDITOR:
            self._mime.for_type(name, self._bundle)
            self._html.for_type(name, self._html_without_editor)

    def remove(self) -> None:
        """Give the display back."""
        for name in _IN_EDITOR:
            self._mime.pop(name, None)
            self._html.pop(name, None)
        self.clear()

    def offer(self, result: object, name: str | None) -> None:
        """Let the current cell show a result in the editor."""
        self._offers.append(Offer(result, name))

    def clear(self) -> None:
        """Forget what the cell did not show."""
        self._offers.clear()

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
        graph: CausalGraph = value if isinstance(value, CausalGraph) else value.graph
        text = {"text/plain": str(graph) if value is graph else repr(value)}
        if not self._has_editor:
            return {**own, **text}, own_metadata
        title = "" if value is graph else repr(value).strip("<>")
        editor = edit(graph, offer.name, namespace=self.shell.user_ns, title=title)
        data, metadata = own_bundle(editor)
        return {**own, **data, **text}, {**own_metadata, **metadata}

    def _html_without_editor(self, value: object) -> str | None:
        """Return a value's own HTML; none beside the editor, whose picture would not be seen."""
        return None if self._has_editor and self._offered(value) else own_html(value)


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
