"""What Sphinx is told."""

from __future__ import annotations

from typing import Any

import causal_magics

_SYSTEM_FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"


def settings() -> dict[str, Any]:
    """Return the settings: no address to load from, notebooks as they are stored."""
    return {
        "project": "Causal Magics",
        "author": "The causal_magics authors",
        "version": causal_magics.__version__,
        "release": causal_magics.__version__,
        "extensions": [
            "myst_nb",
            "sphinx.ext.autodoc",
            "sphinx.ext.napoleon",
            "documentation.signatures",
        ],
        "nitpicky": True,
        "default_role": "py:obj",
        "highlight_language": "none",
        "templates_path": [],
        "exclude_patterns": ["files"],
        **_DOCSTRINGS,
        **_MARKDOWN,
        **_PAGES,
    }


_DOCSTRINGS = {
    "autodoc_class_signature": "mixed",
    "autodoc_member_order": "bysource",
    "autodoc_typehints": "signature",
    "napoleon_google_docstring": False,
    "napoleon_use_param": False,
    "napoleon_use_rtype": False,
    "napoleon_use_ivar": True,
    "add_module_names": False,
    "python_maximum_signature_line_length": 88,
    "toc_object_entries_show_parents": "hide",
}
_MARKDOWN = {
    "myst_heading_anchors": 4,
    "myst_enable_extensions": ["attrs_inline"],
    "nb_execution_mode": "off",
    "nb_ipywidgets_js": {},
    "nb_merge_streams": True,
}
_PAGES = {
    "html_theme": "furo",
    "html_title": "Causal Magics",
    "html_static_path": ["_static"],
    "html_css_files": ["pages.css"],
    "html_js_files": ["theme.js"],
    "html_copy_source": False,
    "html_show_sourcelink": False,
    "html_show_copyright": False,
    "html_show_sphinx": False,
    "html_show_search_summary": False,
    "html_domain_indices": False,
    "html_theme_options": {
        "light_css_variables": {"font-stack": _SYSTEM_FONTS},
        "dark_css_variables": {"font-stack": _SYSTEM_FONTS},
        "navigation_with_keys": False,
    },
}
