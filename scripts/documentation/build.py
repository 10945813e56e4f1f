"""From the repository to pages: lays out the sources and runs Sphinx over them."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from documentation.settings import settings
from documentation.sources import lay_out


def build(root: Path, output: Path) -> bool:
    """Build all pages anew; a warning is a failure, and what was there before stays then.

    Parameters
    ----------
    root : Path
        The repository.
    output : Path
        The folder of pages.

    Returns
    -------
    bool
        Whether all went well; what did not is on the screen.
    """
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        sources, pages = work / "sources", work / "pages"
        lay_out(root, sources)
        with patch_docutils(), docutils_namespace():
            app = Sphinx(
                sources,
                None,
                pages,
                work / "read",
                "html",
                confoverrides=settings(),
                status=None,
                warning=sys.stderr,
                warningiserror=True,
                parallel=os.cpu_count() or 1,
            )
            app.build()
        if app.statuscode:
            return False
        shutil.rmtree(pages / ".doctrees", ignore_errors=True)
        shutil.rmtree(output, ignore_errors=True)
        output.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(pages, output)
    return True
