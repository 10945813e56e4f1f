"""What a verb is: a word after ``%%causal`` and the public function behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

import causal_magics
from causal_magics.magics.documentation import read_documentation
from causal_magics.magics.history import History
from causal_magics.magics.parameters import Parameter, read_parameters

SCREEN_OPTIONS = (
    "data", "test", "reference", "model", "prior", "descriptions", "domain", "effect", "policy",
    "goal",
)  # fmt: skip


@dataclass(frozen=True)
class Verb:
    """A word after ``%%causal``: the thin face of one public function.

    Its options, help and completion come from the function's signature and numpydoc docstring.

    Parameters
    ----------
    name : str
    function : str or callable
        A public name of `causal_magics`, loaded when it is first used.
    body : str, optional
        The parameter that the cell's body feeds.
    shows : str, optional
        The attribute of the result that ``-o`` binds: the graph or the table which the cell
        shows. Without it, ``-o`` binds the result.
    bound_by : (str, str), optional
        The parameters that are told the name to bind the graph to, and the notebook's names;
        where the function binds the name itself.
    alone : str or callable, optional
        The function that runs where the verb stands alone.
    answered : bool
        Whether the cell shows the graph in an editor that can be held against data; it then takes
        those options of `edit` too.
    lines : tuple of str
        The parameters whose settings are taken line by line, each line as it is.
    by_node : str, optional
        The mapping parameter that takes the settings named after nodes: ``Altitude: text``. Such
        a line mentions the node.
    words : callable, optional
        Gives the words which a text argument can be, from what cells have bound.
    columns : tuple of str, optional
        The parameters that name nodes or columns; those that take names where left out.
    """

    name: str
    function: str | Callable[..., object]
    body: str | None = None
    shows: str | None = None
    bound_by: tuple[str, str] | None = None
    alone: str | None = None
    answered: bool = False
    lines: tuple[str, ...] = ()
    by_node: str | None = None
    words: Callable[[History], Iterable[str]] | None = None
    columns: tuple[str, ...] | None = None

    @cached_property
    def call(self) -> Callable[..., object]:
        """The function itself."""
        return public(self.function)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """All parameters that a cell can fill."""
        return tuple(
            parameter
            for parameter in read_parameters(self.call)
            if parameter.name not in (self.bound_by or ()) and History not in parameter.members
        )

    @property
    def options(self) -> tuple[Parameter, ...]:
        """The parameters that the first line can fill."""
        text_body = [p.name for p in self.parameters if p.name == self.body and p.kind == "text"]
        own = tuple(p for p in self.parameters if p.name not in (*text_body, self.by_node))
        return (*own, *self.screen_options)

    @cached_property
    def screen_options(self) -> tuple[Parameter, ...]:
        """The options that are for the editor which shows the result, not for the function."""
        if not self.answered:
            return ()
        own = {parameter.name for parameter in self.parameters}
        return tuple(
            parameter
            for parameter in read_parameters(public("edit"), SCREEN_OPTIONS)
            if parameter.name not in own
        )

    @property
    def leading(self) -> tuple[Parameter, ...]:
        """The parameters without which the function cannot be called, in order."""
        return tuple(p for p in self.parameters if p.required)

    @property
    def positional(self) -> tuple[Parameter, ...]:
        """The parameters that the bare words of the first line fill, in order."""
        return tuple(
            p for p in self.options if p.required and (p.kind == "value" or not self.takes_lines(p))
        )

    def takes_lines(self, parameter: Parameter) -> bool:
        """Whether a parameter is filled by lines of the body."""
        return parameter.name in self.lines

    @property
    def draws_in_body(self) -> bool:
        """Whether the body may hold a graph."""
        return self.body is not None and self.body not in self.lines

    def names_nodes(self, parameter: Parameter) -> bool:
        """Whether a parameter is the name of a node or a column, or several of them."""
        if self.columns is None:
            return parameter.kind == "names"
        return parameter.name in self.columns

    @property
    def flags(self) -> frozenset[str]:
        """The options that take no value."""
        flags = [p.option for p in self.options if p.kind == "flag"]
        return frozenset([*flags, *(f"no-{flag}" for flag in flags)])

    @property
    def summary(self) -> str:
        """The first paragraph of the function's docstring."""
        return read_documentation(self.call).summary

    @property
    def uses_history(self) -> str | None:
        """The parameter that takes what earlier cells did."""
        found = (p.name for p in read_parameters(self.call) if History in p.members)
        return next(found, None)


def public(function: str | Callable[..., object]) -> Callable[..., object]:
    """Return the function behind a public name such as ``CausalGraph.parse``."""
    if callable(function):
        return function
    found: Callable[..., object] = attrgetter(function)(causal_magics)
    return found
