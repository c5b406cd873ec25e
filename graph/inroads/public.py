"""The public names of `import inroads`."""

from pathlib import Path

from inroads import review
from inroads.analysis.census import Census, census
from inroads.analysis.changes import changes
from inroads.analysis.findings.finding import Finding
from inroads.analysis.findings.review import Findings
from inroads.errors import InroadsError, Issue, NotFound, Rejection
from inroads.explorer import Explorer, load
from inroads.model import Capability, Certainty, Mode, NodeKind, Relation, Role
from inroads.network.access_graph import AccessGraph
from inroads.network.wording import evidence_lines
from inroads.output.answers import Answers, ExplainedAccess
from inroads.policy.loading import load_policy
from inroads.policy.tables import Policy
from inroads.store.ledger import Ledger

EXAMPLE = Path(__file__).parent / "example"
"""A folder with the documents of the vendor's own example."""

__all__ = [
    "EXAMPLE",
    "AccessGraph",
    "Answers",
    "Capability",
    "Census",
    "Certainty",
    "ExplainedAccess",
    "Explorer",
    "Finding",
    "Findings",
    "InroadsError",
    "Issue",
    "Ledger",
    "Mode",
    "NodeKind",
    "NotFound",
    "Policy",
    "Rejection",
    "Relation",
    "Role",
    "census",
    "changes",
    "evidence_lines",
    "load",
    "load_policy",
    "review",
]
