"""Defaults of a project: ``[tool.causal_magics]`` in the nearest pyproject.toml."""

from __future__ import annotations

import tomllib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from causal_magics.errors import CellError, closest, shorten
from causal_magics.magics.verbs import VERBS, find_verb


class SettingsWarning(UserWarning):
    """A setting of a project that cannot be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a project sets.

    Parameters
    ----------
    debug : bool
        Whether every error shows its full traceback.
    defaults : dict
        Verb to option to value.
    """

    debug: bool = False
    defaults: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_settings(folder: Path) -> Settings:
    """Return the ``[tool.causal_magics]`` that is found first from a folder upwards.

    Keys that cannot be used are left out, each with a `SettingsWarning` at its line.
    """
    for directory in (folder, *folder.parents):
        path = directory / "pyproject.toml"
        if path.is_file():
            try:
                text = path.read_text(encoding="utf-8")
                table = tomllib.loads(text).get("tool", {}).get("causal_magics")
            except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
                _warn(path, 1, f"cannot be read: {error}")
                return Settings()
            if isinstance(table, dict):
                return _usable(table, path, text.splitlines())
    return Settings()


def _usable(table: Mapping[str, Any], path: Path, lines: list[str]) -> Settings:
    known = ["debug", *VERBS]
    defaults: dict[str, dict[str, Any]] = {}
    for key, value in table.items():
        try:
            if key not in known:
                raise unknown_setting(key, known)
            if key != "debug":
                defaults |= check_defaults({key: value})
        except CellError as error:
            word = str(error).split("'")[1].split(".")[-1] if "'" in str(error) else key
            _warn(path, next((n for n, line in enumerate(lines, 1) if word in line), 1), str(error))
    return Settings(table.get("debug") is True, defaults)


def _warn(path: Path, line: int, message: str) -> None:
    warnings.warn_explicit(message, SettingsWarning, str(path), line)


def check_defaults(defaults: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the defaults of options by verb, where all of them are known.

    Parameters
    ----------
    defaults : mapping
        Verb to option to value; options with dashes or underscores.

    Raises
    ------
    CellError
        Where a verb or an option is not known; the message has the closest one.
    """
    checked: dict[str, dict[str, Any]] = {}
    for name, options in defaults.items():
        verb = find_verb(name)
        if not isinstance(options, Mapping):
            raise CellError(f"Expected options under {name}, as in {name} = {{bootstrap = 20}}.")
        known = [parameter.option for parameter in verb.options if not parameter.required]
        checked[name] = {}
        for option, value in options.items():
            spelled = str(option).replace("_", "-")
            if spelled not in known:
                raise unknown_setting(f"{name}.{option}", [f"{name}.{k}" for k in known])
            checked[name][spelled] = value
    return checked


def unknown_setting(key: str, known: list[str]) -> CellError:
    """Return the error for a key that is no setting, with the closest that is one."""
    hint = closest(key, known)
    advice = f"Did you mean {hint}?" if hint else f"Known are {', '.join(known)}."
    return CellError(f"causal_magics has no setting {shorten(key)}. {advice}")
