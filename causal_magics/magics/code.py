"""The Python that does what a cell did."""

from __future__ import annotations

from causal_magics.errors import CellError, closest, shorten
from causal_magics.graph.model import CausalGraph
from causal_magics.magics.calls import Call, python_text
from causal_magics.magics.help import Text
from causal_magics.magics.history import History


class Code(Text):
    """Python as text: shown as it is, and highlighted where the front-end can."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.text}\n```"


def code(name: str, history: History) -> Code:
    """Show the Python that does what the cell did which bound a name.

    Where a graph was edited since, or comes from no cell, the text ends with the graph itself.

    Parameters
    ----------
    name : str
        A name that a cell has bound, or that holds a graph.
    history : History
        What the cells of the notebook have bound.

    Raises
    ------
    CellError
        Where no cell has bound the name, and it holds no graph.
    """
    origin = history.origin(name)
    value = history.namespace.get(name)
    if origin is None and not isinstance(value, CausalGraph):
        hint = closest(name, known_names(history))
        advice = f"Did you mean {hint}?" if hint else "Give the name after -o or before <<."
        raise CellError(f"No cell has bound {shorten(name)}. {advice}")
    parts = [] if origin is None else [origin.python]
    if isinstance(value, CausalGraph) and (origin is None or _differ(value, origin.value)):
        parts += ["# edited since"] if parts else []
        parts += ["from causal_magics import CausalGraph", ""]
        parts += [f"{name} = CausalGraph.parse({python_text(str(value))})"]
    return Code("\n".join(parts))


def _differ(graph: CausalGraph, bound: object) -> bool:
    return not isinstance(bound, CausalGraph) or graph != bound


def known_names(history: History) -> list[str]:
    """Return the names that `code` can explain."""
    graphs = [n for n, value in history.namespace.items() if isinstance(value, CausalGraph)]
    return [*history, *(name for name in graphs if not name.startswith("_"))]


def python_of(call: Call, *, output: str | None, target: str | None) -> str:
    """Return the Python of a call.

    Parameters
    ----------
    call : Call
    output : str or None
        The name after ``-o``.
    target : str or None
        The name before ``<<``.
    """
    part = f".{call.part}" if call.part else ""
    expression, imports = _expression(call)
    lines = [*imports, ""]
    if target is not None:
        lines.append(f"{target} = {expression}")
        expression = target
    if output is not None:
        lines.append(f"{output} = {expression}{part}")
    elif target is None:
        lines.append(expression)
    if call.screen and (output or target):
        lines[0:0] = ["from causal_magics import edit"]
        shown = output or f"{target}{part}"
        lines.append(_edited(call, shown, output or target or ""))
    return "\n".join(lines)


def _edited(call: Call, shown: str, name: str) -> str:
    """Return the call that shows a result in the editor as the cell did."""
    told = {key: argument.source for key, argument in call.screen.items()}
    graph = call.arguments.get("graph")
    if graph is not None:  # the result is about a graph, and a policy experiments on it
        shown, name = f"{shown}.graph", graph.source
        shared = call.arguments.keys() & {"data", "goal", "policy"}
        told |= {key: call.arguments[key].source for key in shared}
    bound = f", {name!r}" if name.isidentifier() else ""
    options = "".join(f", {key}={told[key]}" for key in sorted(told))
    return f"edit({shown}{bound}{options})"


def _expression(call: Call) -> tuple[str, list[str]]:
    leading = [p.name for p in call.verb.leading]
    sources = [
        argument.source if name in leading else f"{name}={argument.source}"
        for name, argument in sorted(
            call.arguments.items(),
            key=lambda item: leading.index(item[0]) if item[0] in leading else len(leading),
        )
        if argument.source
    ]
    if isinstance(call.function, str):
        home, name = "causal_magics", call.function
    else:
        home, name = call.function.__module__, call.function.__name__
    roots = {home: {name.split(".")[0]}}
    if any("CausalGraph.parse(" in source for source in sources):
        roots.setdefault("causal_magics", set()).add("CausalGraph")
    imports = [
        f"from {module} import {', '.join(sorted(names))}"
        for module, names in sorted(roots.items())
    ]
    return f"{name}({', '.join(sources)})", imports
