# SPDX-License-Identifier: GPL-2.0
"""How Sphinx builds these documents: `make docs`."""

# Sphinx reads these names.
# pylint: disable=invalid-name
project = "nvme-fc-rs"
author = "nvme-fc-rs maintainers"
project_copyright = "GPL-2.0"

extensions = ["sphinx.ext.graphviz"]
graphviz_output_format = "svg"

root_doc = "index"
# performance.rst includes the second one.
exclude_patterns = ["output", "performance-figures.rst"]
# Literals are code, and a dash in them is no dash.
smartquotes = False
nitpicky = True

html_theme = "alabaster"
html_theme_options = {"page_width": "70em", "sidebar_width": "15em"}
html_show_copyright = False
html_copy_source = False
