"""The site: Sphinx reads the Markdown pages of this folder and the docstrings of the library."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "extensions"))

project = "Inroads"
version = release = installed("inroads")
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "command_reference",
    "graphql_reference",
    "notebook_pages",
]
exclude_patterns = ["extensions"]
templates_path: list[str] = []

myst_heading_anchors = 3
myst_enable_extensions = ["attrs_inline"]

default_role = "code"  # docstrings put names between single backquotes
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_class_signature = "separated"  # values are made by the library, not by its users
autodoc_preserve_defaults = True  # as written: a policy has pages of tables
autodoc_default_options = {
    "members": True,
    "no-value": True,
    "exclude-members": "__init__, __new__",
}
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
nitpick_ignore_regex = [
    (r"py:.*", r"(?!inroads).*"),  # other libraries: their sites are not asked during the build
    (r"py:.*", r"inroads\.(columns|documents|policy|sources|reach)\..*"),  # inner rooms
    (r"py:.*", r"inroads\..*\.(_\w+|Counts|Documents|Hop|Corpus|RuleContext|Tally)"),  # inner types
    (r"py:.*", r"inroads\..*\.(BareFinding|Stated|Spot|LineEvidence|Ways)"),  # of findings
]

html_theme = "furo"
html_title = "Inroads"
html_static_path = ["static"]
html_css_files = ["wide.css"]
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
