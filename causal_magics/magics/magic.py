"""The magic itself: reads a cell, runs its verb, binds its names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import (
    Magics,
    line_cell_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)
from traitlets import Bool, Dict, TraitError, validate

from causal_magics.errors import CausalMagicsError, CellError
from causal_magics.magics.arguments import Notebook
from causal_magics.magics.calls import Call, read_call
from causal_magics.magics.code import python_of
from causal_magics.magics.display import Screen
from causal_magics.magics.failures import full_traceback, make_readable, readable_warnings
from causal_magics.magics.grammar import Header, read_header
from causal_magics.magics.help import Text, explain, overview
from causal_magics.magics.history import History, Origin
from causal_magics.magics.settings import check_defaults
from causal_magics.magics.verbs import VERBS, find_verb

_EMPTY: Mapping[str, object] = MappingProxyType({})


@magics_class
class CausalMagics(Magics):
    """Cells in which a causal graph is drawn, learned, compared and asked."""

    debug = Bool(False, help="Show the full traceback of every error.").tag(config=True)
    defaults = Dict(help='Defaults of options, by verb: {"discover": {"edge-floor": 0.01}}.').tag(
        config=True
    )

    def __init__(self, shell: InteractiveShell, **settings: Any) -> None:
        super().__init__(shell=shell, **settings)
        self.notebook_shell = shell
        self.history = History(shell.user_ns)
        self.screen = Screen(shell)
        self._last_error: Exception | None = None

    @validate("defaults")
    def _known_defaults(self, proposal: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        try:
            return check_defaults(proposal["value"])
        except CellError as error:
            raise TraitError(str(error)) from error

    @needs_local_scope
    @no_var_expand
    @line_cell_magic
    def causal(
        self, line: str = "", cell: str | None = None, local_ns: Mapping[str, Any] = _EMPTY
    ) -> object:
        """Draw, learn, compare and ask causal graphs."""
        debug = self.debug
        try:
            header = read_header(line, flags_of)
            debug = debug or header.debug
            return self._answer(header, cell, local_ns)
        except (CausalMagicsError, MemoryError) as error:
            self._last_error = error
            if isinstance(error, MemoryError):
                error.add_note("Give fewer rows or columns, or smaller batches. No name was bound.")
            if not debug:
                make_readable(error)
            raise
        except KeyboardInterrupt as error:
            if not debug:
                error.args = ("Stopped before there was a result; no name was bound.",)
                make_readable(error)
            raise

    def _answer(self, header: Header, body: str | None, local_ns: Mapping[str, Any]) -> object:
        if header.verb is None:
            return self._without_verb(header, body)
        verb = find_verb(header.verb)
        if header.help:
            return explain(verb)
        notebook = self.notebook(local_ns)
        call = read_call(header, verb, body, notebook, self.defaults.get(verb.name, _EMPTY))
        with readable_warnings():
            result = call.run()
        self._bind(header, call, result)
        return None if header.silent else result

    def notebook(self, local_ns: Mapping[str, Any] = _EMPTY) -> Notebook:
        """Return what a cell sees: the notebook's names, and those of the calling function."""
        shell = self.notebook_shell
        names = {**shell.user_ns, **local_ns}

        def evaluate(expression: str) -> object:
            return eval(expression, shell.user_global_ns, names)  # noqa: S307

        return Notebook(names, evaluate, self.history, shell.user_ns)

    def _without_verb(self, header: Header, body: str | None) -> Text:
        if body is not None and body.strip() and not header.help:
            raise CellError("Expected a verb after %%causal, as in %%causal graph -o g.")
        if header.options:
            raise CellError(
                f"Expected a verb before --{header.options[0][0]}. %causal alone lists the verbs."
            )
        if header.debug and not header.help:
            return Text(full_traceback(self.notebook_shell, self._last_error))
        return overview(VERBS.values())

    def _bind(self, header: Header, call: Call, result: object) -> None:
        shown = call.shown(result)
        names = {header.output: shown, header.target: result}
        bound = {name: value for name, value in names.items() if name is not None}
        python = python_of(call, output=header.output, target=header.target)
        self.notebook_shell.user_ns.update(bound)
        for name, value in bound.items():
            self.history.record(name, Origin(python, value))
        target = header.target if shown is result else None
        self.screen.offer(result, header.output or target, call)


def _documentation() -> str:
    """Return what ``%%causal?`` shows; IPython asks an object's `getdoc` for it."""
    return str(overview(VERBS.values()))


vars(CausalMagics.causal)["getdoc"] = _documentation


def flags_of(name: str) -> Collection[str]:
    """Return the options of a verb that take no value."""
    return VERBS[name].flags if name in VERBS else ()
