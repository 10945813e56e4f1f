"""Run by the python of an environment that holds nothing but the wheel (see test_wheel.py)."""

from __future__ import annotations

import sys
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell

BODY = "Smoking -> Tar -> Cancer\nSmoking <- Gene -> Cancer\n"


def main() -> None:
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "causal_magics")
    shell.run_cell("%%causal graph -o g\n" + BODY).raise_error()
    graph = shell.user_ns["g"]
    assert ("Smoking", "Tar") in graph.directed_edges, graph

    from causal_magics import edit

    editor = edit(graph)
    assert "causal" in str(Path(sys.modules[type(editor).__module__].__file__ or "")).lower()
    extension = Path(sys.prefix, "share/jupyter/labextensions/causal-magics")
    assert (extension / "package.json").is_file()
    assert (extension / "install.json").is_file()
    print("smoke: magic, widget and extension work")


if __name__ == "__main__":
    main()
