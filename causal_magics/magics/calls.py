"""From a cell to a call: the verb's function and all its arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from causal_magics.errors import CellError, NotationError, closest, shorten
from causal_magics.graph.model import CausalGraph, Knowledge
from causal_magics.graph.notation import Setting, parse_cell
from causal_magics.magics.arguments import Argument, Notebook, knowledge_of, read_argument
from causal_magics.magics.grammar import Header, Word, expand, split_words
from causal_magics.magics.parameters import Parameter
from causal_magics.magics.verb import Verb, public

NEARLY = 0.8
"""How alike a key and an option are that are taken for the same: names of nodes are free."""


@dataclass(frozen=True, slots=True)
class Call:
    """A cell understood: one function and its arguments, by parameter name.

    Parameters
    ----------
    verb : Verb
    function : str or callable
        As `Verb.function`; `Verb.alone` where the verb stands alone.
    arguments : mapping of str to Argument
    screen : mapping of str to Argument
        What the editor that shows the result is told.
    """

    verb: Verb
    function: str | Callable[..., object]
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    screen: Mapping[str, Argument] = field(default_factory=dict)

    def run(self) -> object:
        """Call the function."""
        given = {name: argument.value for name, argument in self.arguments.items()}
        positional = [given.pop(p.name) for p in self.verb.leading if p.name in given]
        return public(self.function)(*positional, **given)

    @property
    def part(self) -> str | None:
        """The attribute of the result that ``-o`` binds, or None for the result itself."""
        return self.verb.shows if self.function == self.verb.function else None

    def shown(self, result: object) -> object:
        """Return what ``-o`` binds of a result."""
        return getattr(result, self.part) if self.part else result


def read_call(
    header: Header, verb: Verb, body: str | None, notebook: Notebook, defaults: Mapping[str, object]
) -> Call:
    """Understand a cell.

    Parameters
    ----------
    header : Header
    verb : Verb
    body : str or None
        None for a cell of one line.
    notebook : Notebook
    defaults : mapping of str to object
        Values of the options that the cell does not name.

    Raises
    ------
    CellError
        Where a word, an option or a name is not understood.
    NotationError
        Where the body is not.
    """
    if verb.alone and not header.names and not header.options:
        return Call(verb, verb.alone)
    text = None if body is None else expand(body, notebook.value)
    graph, settings = _read_body(verb, text)
    options, lines, by_node = _sorted_settings(verb, settings, graph)
    words = _words_by_option(verb, header, options)
    arguments = {
        parameter.name: (
            _as_lines(words[parameter.name])
            if verb.takes_lines(parameter) and _are_quoted(words[parameter.name])
            else read_argument(parameter, words[parameter.name], notebook)
        )
        for parameter in verb.options
        if parameter.name in words
    }
    for parameter in verb.options:
        if parameter.name not in arguments and parameter.option in defaults:
            words_of_default = [Word(str(defaults[parameter.option]), "quoted")]
            arguments[parameter.name] = read_argument(parameter, words_of_default, notebook)
    arguments |= lines
    if verb.by_node is not None and by_node:
        arguments[verb.by_node] = Argument(by_node, repr(by_node))
        if verb.body is not None and verb.body not in arguments:
            graph = _mentioning(graph, by_node)
    if settings and text is not None and not _reads_text(verb):
        text = str(graph)
    _add_body(verb, text, graph, arguments)
    _add_names(verb, header, notebook, arguments)
    for parameter in verb.parameters:
        if parameter.required and parameter.name not in arguments:
            raise _missing(verb, parameter)
    for_screen = {parameter.name for parameter in verb.screen_options}
    screen = {name: arguments.pop(name) for name in for_screen & arguments.keys()}
    return Call(verb, verb.function, arguments, screen)


def _read_body(verb: Verb, text: str | None) -> tuple[CausalGraph, Mapping[str, Setting]]:
    if text is None:
        return CausalGraph(), {}
    try:
        cell = parse_cell(text)
    except NotationError as error:
        if verb.lines and (verb.body is None or verb.body in verb.lines):
            line = (verb.body or verb.lines[0]).replace("_", "-")
            error.add_note(f"{verb.name} takes no graph. Begin each line with {line}:.")
        raise
    return cell.graph, cell.settings


def _sorted_settings(
    verb: Verb, settings: Mapping[str, Setting], graph: CausalGraph
) -> tuple[dict[str, Setting], dict[str, Argument], dict[str, str]]:
    """Return the settings that are options, the parameters of whole lines, and those of nodes."""
    lines = {
        parameter.option: parameter for parameter in verb.options if parameter.name in verb.lines
    }
    options: dict[str, Setting] = {}
    whole: dict[str, Argument] = {}
    by_node: dict[str, str] = {}
    for key, setting in settings.items():
        spelled = key.replace("_", "-")
        if spelled in lines:
            whole[lines[spelled].name] = Argument(setting.values, repr(setting.values))
        elif verb.by_node is None or (key not in graph and means_option(verb, spelled)):
            options[key] = setting
        elif len(setting.values) > 1:
            raise CellError(f"Expected one line {key}:, got {len(setting.values)}. Join them.")
        else:
            by_node[key] = setting.values[0]
    return options, whole, by_node


def means_option(verb: Verb, key: str) -> bool:
    """Whether a key that no node has is an option's name, or so near that it is one misspelled."""
    options = [parameter.option for parameter in verb.options]
    return bool(get_close_matches(key.casefold(), options, n=1, cutoff=NEARLY))


def _are_quoted(words: Iterable[Word]) -> bool:
    return all(word.form == "quoted" for word in words)


def _as_lines(words: Iterable[Word]) -> Argument:
    """Return quoted values of the first line as the lines of a body."""
    lines = tuple(word.text for word in words)
    return Argument(lines, repr(lines))


def _mentioning(graph: CausalGraph, names: Iterable[str]) -> CausalGraph:
    for name in names:
        if name not in graph:
            graph = graph.add_node(name)
    return graph


def _reads_text(verb: Verb) -> bool:
    return any(p.name == verb.body and p.kind == "text" for p in verb.parameters)


def _words_by_option(
    verb: Verb, header: Header, settings: Mapping[str, Setting]
) -> dict[str, list[Word]]:
    words: dict[str, list[Word]] = {}
    if len(header.names) > len(verb.positional):
        extra = header.names[len(verb.positional)].text
        takes = " ".join(p.placeholder for p in verb.positional) or (
            "its graph in the body" if verb.body else "no names"
        )
        raise CellError(f"{verb.name} takes {takes}; {shorten(extra)} is one too many.")
    for parameter, word in zip(verb.positional, header.names, strict=False):
        words[parameter.name] = [word]
    for key, setting in settings.items():
        parameter = _option(verb, key, f"{key}:")
        for text, quoted in zip(setting.values, setting.quoted, strict=True):
            found = [Word(text, "quoted")] if quoted else _setting_words(parameter, text)
            words.setdefault(parameter.name, []).extend(found)
    for name, value in header.options:
        parameter = _option(verb, name, f"--{name}")
        if value is None and parameter.kind != "flag":
            raise CellError(f"Expected a value after --{name}: {parameter.placeholder}.")
        if parameter.kind == "flag" and value is None:
            value = Word("false" if name.startswith("no-") else "true")
        assert value is not None
        words.setdefault(parameter.name, []).append(value)
    return words


def _setting_words(parameter: Parameter, value: str) -> list[Word]:
    if parameter.kind == "text":
        return [Word(value)]
    if parameter.kind == "names" and value.startswith("{") and value.endswith("}"):
        value = value[1:-1]
    words = [word for word, _ in split_words(value)]
    if not words:
        raise CellError(f"Expected a value after {parameter.option}:, {parameter.placeholder}.")
    if len(words) > 1 and parameter.kind != "names":
        raise CellError(
            f"Expected one value after {parameter.option}:, got {shorten(value)}. Quote it if it "
            "is one."
        )
    return words


def _option(verb: Verb, name: str, shown: str) -> Parameter:
    spelled = name.replace("_", "-")
    for parameter in verb.options:
        if spelled == parameter.option:
            return parameter
        if parameter.kind == "flag" and spelled == f"no-{parameter.option}":
            return parameter
    known = {parameter.option: f"--{parameter.option}" for parameter in verb.options}
    has = ", ".join(known.values()) or "none"
    if shown.endswith(":"):
        known["tiers"] = "tiers:"
    hint = closest(spelled, known)
    advice = f"Did you mean {known[hint]}?" if hint else f"It has {has}."
    if shown.endswith(":") and not hint:
        advice += " A name with a colon needs quotes."
    raise CellError(f"{verb.name} has no option {shown}. {advice}")


def _add_body(
    verb: Verb, text: str | None, graph: CausalGraph, arguments: dict[str, Argument]
) -> None:
    parameter = next((p for p in verb.parameters if p.name == verb.body), None)
    if parameter is None or text is None:
        if graph.nodes:
            raise CellError(_no_body(verb, graph))
        if parameter is not None and parameter.kind == "text":
            arguments[parameter.name] = Argument("", "''")
        return
    if parameter.kind == "text":
        if not graph.nodes:
            raise CellError(
                f"The body has no node. Write one, or %causal {verb.name} on one line for a blank "
                "canvas."
            )
        arguments[parameter.name] = Argument(text, python_text(text))
        return
    source = f"CausalGraph.parse({python_text(text)})"
    if Knowledge in parameter.members:
        stated = Argument(knowledge_of(graph), f"{source}.knowledge")
        given = arguments.get(parameter.name)
        if given is None and graph.nodes and CausalGraph in parameter.members:
            arguments[parameter.name] = Argument(graph, source)
        elif stated.value:
            arguments[parameter.name] = _merged(given, stated)
    elif graph.nodes and parameter.name in verb.lines:
        raise CellError(f"{verb.name} takes no graph. Begin each line with {parameter.option}:.")
    elif graph.nodes and parameter.name in arguments:
        raise CellError(
            f"{parameter.placeholder} is given in the first line and again in the body. Keep one."
        )
    elif graph.nodes:
        arguments[parameter.name] = Argument(graph, source)


def _no_body(verb: Verb, graph: CausalGraph) -> str:
    """Say that a verb takes no graph, or that an option in the body lacks its colon."""
    options = {parameter.option for parameter in verb.options}
    named = next((name for name in graph.nodes if name.replace("_", "-") in options), None)
    if named is not None:
        return f"Expected a colon after {named} in the body: write {named}: VALUE."
    if verb.lines:
        lines = f"{verb.lines[0].replace('_', '-')}: VALUE"
        return f"{verb.name} takes no graph in its body. Write options there, as in {lines}."
    if verb.by_node is not None:
        node = next(iter(graph.nodes))
        return (
            f"{verb.name} takes no graph in its body. Say there what nodes are, each in a line "
            f"NODE: what it is, as in {node}: VALUE."
        )
    return f"{verb.name} takes no body. Write %causal {verb.name} on one line."


def _merged(given: Argument | None, stated: Argument) -> Argument:
    if given is None:
        return stated
    if isinstance(given.value, CausalGraph):
        given = given.part("knowledge")
    merged = given.part("merged")
    return Argument(merged.value(stated.value), f"{merged.source}({stated.source})")


def _add_names(
    verb: Verb, header: Header, notebook: Notebook, arguments: dict[str, Argument]
) -> None:
    if verb.bound_by:
        sources = [arguments[p.name].source for p in verb.leading if p.name in arguments]
        name = header.output or next((s for s in sources if s in notebook.bound), None)
        arguments[verb.bound_by[0]] = Argument(name, repr(name))
        arguments[verb.bound_by[1]] = Argument(notebook.bound, "")
    if verb.uses_history:
        arguments[verb.uses_history] = Argument(notebook.history, "")


def _missing(verb: Verb, parameter: Parameter) -> CellError:
    if verb.takes_lines(parameter):
        return CellError(f"{verb.name} needs lines that begin with {parameter.option}:.")
    if parameter.name == verb.by_node:
        return CellError(f"{verb.name} needs lines that begin with a node's name and a colon.")
    if parameter.name == verb.body:
        given = f", or give --{parameter.option} {parameter.placeholder}"
        return CellError(
            f"{verb.name} needs a body. Write it below %%causal {verb.name}"
            f"{given if parameter in verb.options else ''}."
        )
    names = " ".join(p.placeholder for p in verb.positional)
    return CellError(f"Expected {parameter.placeholder} after {verb.name}: {verb.name} {names}.")


def python_text(text: str) -> str:
    """Return the Python literal of a text, over several lines where the text has several."""
    if "\n" not in text.strip() or not text.replace("\n", "").replace("\t", "").isprintable():
        return repr(text)
    safe = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if safe.endswith('"'):
        safe = safe[:-1] + '\\"'
    return f'"""\\\n{safe}"""'
