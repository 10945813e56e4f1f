"""A Sphinx extension: signatures as they are written, and names that link where they can."""

from __future__ import annotations

import inspect
import re
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

_EMPTY = inspect.Parameter.empty
_LONGEST_DEFAULT = 40


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what this module does."""
    app.connect("autodoc-process-signature", written_signature)
    app.connect("autodoc-process-docstring", quote_parameters)
    app.connect("missing-reference", find_by_last_name)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


class _Shown:
    """What stands in a signature for an annotation or a default."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def written_signature(
    _app: Sphinx,
    kind: str,
    _name: str,
    value: Any,
    _options: object,
    signature: str | None,
    returned: str | None,
) -> tuple[str | None, str | None]:
    """Return the signature with its annotations as the source has them, and short defaults."""
    if kind not in {"class", "exception", "function", "method"}:
        return signature, returned
    try:
        found = inspect.signature(value)
    except (TypeError, ValueError):
        return signature, returned
    parameters = list(found.parameters.values())
    if kind == "method" and parameters and parameters[0].name in {"self", "cls"}:
        parameters = parameters[1:]
    shown = inspect.Signature([_as_written(parameter) for parameter in parameters])
    result = found.return_annotation
    if kind in {"class", "exception"} or result is _EMPTY:
        return str(shown), None
    return str(shown), _annotation(result)


def _as_written(parameter: inspect.Parameter) -> inspect.Parameter:
    if parameter.annotation is not _EMPTY:
        parameter = parameter.replace(annotation=_Shown(_annotation(parameter.annotation)))
    if parameter.default is not _EMPTY:
        text = repr(parameter.default)
        short = len(text) <= _LONGEST_DEFAULT and "<" not in text
        parameter = parameter.replace(default=_Shown(text if short else "..."))
    return parameter


def _annotation(annotation: object) -> str:
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def quote_parameters(
    _app: Sphinx, _kind: str, _name: str, value: Any, _options: object, lines: list[str]
) -> None:
    """Make code of the quoted names that are parameters, so that they link to nothing else."""
    try:
        names = set(inspect.signature(value).parameters)
    except (TypeError, ValueError):
        return
    for index, line in enumerate(lines):
        lines[index] = re.sub(
            r"(?<![`:])`(\w+)`(?!`)",
            lambda match: f"``{match[1]}``" if match[1] in names else match[0],
            line,
        )


def find_by_last_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, shown: nodes.Element
) -> nodes.Element | None:
    """Link a name of Python by the end of its path; what the reference does not have stays code.

    A class is defined in one module and documented where it is imported from.
    """
    if node.get("refdomain") != "py":
        return None
    parts = str(node["reftarget"]).split(".")
    objects = env.domains.python_domain.objects
    for start in range(len(parts)):
        for home in ("causal_magics", "causal_magics.errors", "causal_magics.graph.interchange"):
            entry = objects.get(f"{home}.{'.'.join(parts[start:])}")
            if entry is not None:
                source = str(node.get("refdoc", env.docname))
                return make_refnode(app.builder, source, entry.docname, entry.node_id, shown)
    return shown
