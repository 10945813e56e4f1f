"""The documentation as static pages: guides, tutorials, and a reference made of docstrings.

================  ====================================================================
module            what it does
================  ====================================================================
`sources`         lays Markdown, notebooks and pictures out for Sphinx
`rooms`           writes a page of the reference for each room of the package
`verb_page`       writes the page of the verbs of ``%%causal``
`signatures`      a Sphinx extension: signatures as written, names as links
`settings`        what Sphinx is told
`markdown_links`  links of Markdown as they stand in the repository
`page_links`      links of built pages, and what these pages load
================  ====================================================================
"""
