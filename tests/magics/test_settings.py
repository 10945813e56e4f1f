"""``%config CausalMagics`` and ``[tool.causal_magics]``."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from causal_magics.errors import CellError
from causal_magics.magics.settings import (
    Settings,
    SettingsWarning,
    check_defaults,
    read_settings,
)


def project(folder: Path, text: str) -> Path:
    inner = folder / "notebooks" / "deep"
    inner.mkdir(parents=True)
    (inner.parent / "pyproject.toml").write_text("[project]\nname = 'inner'\n")
    (folder / "pyproject.toml").write_text(text)
    return inner


def test_the_nearest_table_upwards_is_read(tmp_path: Path) -> None:
    text = "[tool.causal_magics]\ndebug = true\n[tool.causal_magics.identify]\nexposure = 'X'\n"
    found = read_settings(project(tmp_path, text))
    assert found == Settings(debug=True, defaults={"identify": {"exposure": "X"}})


def test_without_a_table_nothing_is_set(tmp_path: Path) -> None:
    assert read_settings(project(tmp_path, "[project]\n")) == Settings()


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("[tool.causal_magics]\ndebgu = true\n", "'debgu'. Did you mean debug?", 2),
        ("[tool.causal_magics]\n[tool.causal_magics.idenfity]\n", "Did you mean identify?", 2),
        (
            "[tool.causal_magics.identify]\n\nexposuer = 'X'\n",
            "'identify.exposuer'. Did you mean identify.exposure?",
            3,
        ),
        ("[tool.causal_magics]\nidentify = 3\n", "Expected options under identify", 2),
        ("[tool.causal_magics\n", "cannot be read", 1),
    ],
)
def test_an_unknown_key_is_hinted_at_with_its_line(
    tmp_path: Path, text: str, message: str, line: int
) -> None:
    folder = project(tmp_path, text)
    with pytest.warns(SettingsWarning) as caught:
        assert read_settings(folder) == Settings()
    assert message in str(caught[0].message)
    assert (Path(caught[0].filename), caught[0].lineno) == (tmp_path / "pyproject.toml", line)


def test_other_keys_still_count(tmp_path: Path) -> None:
    text = "[tool.causal_magics]\nfoo = 1\ndebug = true\n"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert read_settings(project(tmp_path, text)).debug


def test_loading_the_extension_reads_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bare_shell: InteractiveShell
) -> None:
    monkeypatch.chdir(project(tmp_path, "[tool.causal_magics.identify]\nexposure = 'X'\n"))
    bare_shell.run_line_magic("load_ext", "causal_magics")
    magics = bare_shell.magics_manager.registry["CausalMagics"]
    assert magics.defaults == {"identify": {"exposure": "X"}}
    bare_shell.run_line_magic("unload_ext", "causal_magics")


def test_defaults_are_checked() -> None:
    assert check_defaults({"identify": {"exposure": "X"}}) == {"identify": {"exposure": "X"}}
    with pytest.raises(CellError, match="Did you mean discover"):
        check_defaults({"discovr": {}})


def test_config_refuses_what_is_unknown(
    shell: InteractiveShell, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run_cell("%config CausalMagics.defaults = {'identify': {'exposuer': 1}}")
    magics = shell.magics_manager.registry["CausalMagics"]
    assert magics.defaults == {}
    assert "Did you mean identify.exposure?" in caplog.text
    shell.run_cell("%config CausalMagics")
    assert "CausalMagics.debug=<Bool>" in capsys.readouterr().out
