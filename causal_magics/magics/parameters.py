"""What a function's signature says about the options of its verb."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Union, get_args, get_origin

import causal_magics
from causal_magics.magics.documentation import read_documentation

Kind = Literal["flag", "choice", "number", "text", "names", "value"]

REQUIRED: Final = inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of the function behind a verb.

    Parameters
    ----------
    name : str
        As in Python.
    kind : {"flag", "choice", "number", "text", "names", "value"}
        How its words are read. A value is looked up in the notebook.
    members : tuple
        The members of its annotation, None left out.
    default : object
        `REQUIRED` where there is none.
    description : str
    """

    name: str
    kind: Kind
    members: tuple[Any, ...]
    default: object
    description: str

    @property
    def option(self) -> str:
        """The option's name, without dashes in front."""
        return self.name.replace("_", "-")

    @property
    def required(self) -> bool:
        """Whether the function cannot be called without it."""
        return self.default is REQUIRED

    @property
    def choices(self) -> tuple[Any, ...]:
        """The values of its `Literal`s."""
        return tuple(v for m in self.members if get_origin(m) is Literal for v in get_args(m))

    @property
    def classes(self) -> tuple[type, ...] | None:
        """The classes it accepts, or None where the annotation does not say."""
        origins = [get_origin(member) or member for member in self.members]
        return tuple(origins) if origins and all(map(_tells_values, origins)) else None

    @property
    def placeholder(self) -> str:
        """What stands for its value in a help text."""
        if self.kind == "choice":
            return "|".join(map(str, self.choices))
        if self.kind == "number":
            return "N"
        return self.name.upper().replace("_", "-")


def read_parameters(
    function: Callable[..., object], only: Collection[str] | None = None
) -> tuple[Parameter, ...]:
    """Read the signature of a function.

    Parameters
    ----------
    function : callable
        Its annotations may be text, as with ``from __future__ import annotations``.
    only : collection of str, optional
        The names to read; what the types of others need is then not loaded.
    """
    described = read_documentation(function).parameters
    found = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        if only is not None and parameter.name not in only:
            continue
        if parameter.name == "self":
            found.append(_itself(function))
            continue
        members = _members(parameter.annotation, function)
        found.append(
            Parameter(
                name=parameter.name,
                kind=_kind(members),
                members=members,
                default=parameter.default,
                description=described.get(parameter.name, ""),
            )
        )
    return tuple(found)


def _itself(method: Callable[..., object]) -> Parameter:
    """Return what a method of a public class is called on, as a parameter named after the class."""
    owner = getattr(causal_magics, method.__qualname__.split(".")[0])
    return Parameter(
        name=owner.__name__.lower(),
        kind="value",
        members=(owner,),
        default=REQUIRED,
        description=read_documentation(owner).summary,
    )


def _members(annotation: Any, function: Callable[..., object]) -> tuple[Any, ...]:
    if annotation is inspect.Parameter.empty:
        return ()
    if isinstance(annotation, str):
        try:
            annotation = eval(annotation, _globals(function), _PublicNames())  # noqa: S307
        except (NameError, AttributeError, TypeError):
            return (annotation,)
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(member for member in get_args(annotation) if member is not type(None))
    return (annotation,)


def _globals(function: Callable[..., object]) -> dict[str, Any]:
    module: dict[str, Any] = getattr(function, "__func__", function).__globals__
    return module


class _PublicNames(dict[str, Any]):
    """The package's public names, for annotations imported under `TYPE_CHECKING`."""

    def __missing__(self, name: str) -> Any:
        if name in causal_magics.__all__:
            return getattr(causal_magics, name)
        raise KeyError(name)


def _kind(members: tuple[Any, ...]) -> Kind:
    if not members:
        return "value"
    origins = {get_origin(member) or member for member in members}
    if origins == {bool}:
        return "flag"
    if Literal in origins and origins <= {Literal, str}:
        return "choice"
    if origins <= {int, float}:
        return "number"
    if origins == {str}:
        return "text"
    if all(member is str or _is_names(member) for member in members):
        return "names"
    return "value"


def _tells_values(origin: Any) -> bool:
    """Whether `isinstance` can be asked."""
    if not isinstance(origin, type) or origin in (Any, object):
        return False
    return not getattr(origin, "_is_protocol", False) or getattr(
        origin, "_is_runtime_protocol", False
    )


def _is_names(member: Any) -> bool:
    origin = get_origin(member)
    if not (isinstance(origin, type) and issubclass(origin, Iterable)):
        return False
    return not issubclass(origin, Mapping) and set(get_args(member)) - {Ellipsis} == {str}
