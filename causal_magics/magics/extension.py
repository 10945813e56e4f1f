"""``%load_ext causal_magics``: everything that is put into a shell, and taken out again."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from IPython.core.interactiveshell import InteractiveShell

from causal_magics.discovery.compile_ahead import compile_in_background
from causal_magics.magics.channel import Channel
from causal_magics.magics.completion import Completion
from causal_magics.magics.magic import CausalMagics
from causal_magics.magics.settings import Settings, read_settings
from causal_magics.widgets.arrivals import before_cell
from causal_magics.widgets.opening import after_cell

_NAME = "CausalMagics"


class Extension:
    """The parts of the extension that live in one shell.

    Parameters
    ----------
    shell : InteractiveShell
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.magics = CausalMagics(shell)
        self.completion = Completion(self.magics)
        self._matcher = self.completion.matcher()
        self.channel = Channel(getattr(shell, "kernel", None), self.magics.notebook)

    def install(self) -> None:
        """Put every part in its place."""
        self.shell.register_magics(self.magics)
        self.magics.screen.install()
        self.shell.Completer.custom_matchers.append(self._matcher)
        self.shell.input_transformer_manager.cleanup_transforms.insert(0, allow_empty_body)
        self.shell.events.register("pre_run_cell", self._before_cell)
        self.shell.events.register("post_run_cell", self._after_cell)
        self.channel.install()
        self._compiling = compile_in_background()
        self._apply(read_settings(Path.cwd()))

    def remove(self) -> None:
        """Take every part out again."""
        self.shell.events.unregister("pre_run_cell", self._before_cell)
        self.shell.events.unregister("post_run_cell", self._after_cell)
        self.shell.input_transformer_manager.cleanup_transforms.remove(allow_empty_body)
        self.shell.Completer.custom_matchers.remove(self._matcher)
        self.magics.screen.remove()
        self.channel.remove()
        configurables: list[Any] = self.shell.configurables
        configurables.remove(self.magics)
        manager = self.shell.magics_manager
        manager.registry.pop(_NAME, None)
        for table in manager.magics.values():
            table.pop("causal", None)

    def _apply(self, project: Settings) -> None:
        """Take the project's settings, beneath those of the shell's own configuration."""
        self.magics.defaults = {**project.defaults, **self.magics.defaults}
        if "debug" not in self.shell.config.get("CausalMagics", {}):
            self.magics.debug = project.debug

    def _before_cell(self, info: object) -> None:
        before_cell(info)
        self.magics.screen.clear()

    def _after_cell(self, result: object) -> None:
        self.magics.screen.show_below()
        self.magics.screen.clear()
        after_cell(result)


def allow_empty_body(lines: list[str]) -> list[str]:
    """Let a ``%%causal`` cell have no body, which IPython refuses."""
    if lines and lines[0].split(" ")[0].rstrip() == "%%causal" and not "".join(lines[1:]):
        return [lines[0].rstrip("\n") + "\n", "\n"]
    return lines


# Left out where a terminal asks whether the cell is complete, so that it waits for the body.
vars(allow_empty_body)["has_side_effects"] = True

_EXTENSIONS: WeakKeyDictionary[InteractiveShell, Extension] = WeakKeyDictionary()


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add ``%causal`` and ``%%causal``, their completion and display to a shell."""
    if shell not in _EXTENSIONS:
        extension = Extension(shell)
        extension.install()
        _EXTENSIONS[shell] = extension


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take out of a shell what `load_ipython_extension` added."""
    extension = _EXTENSIONS.pop(shell, None)
    if extension is not None:
        extension.remove()
