"""Settings of the rules of findings, as a policy file gives them."""

from __future__ import annotations

import pytest

from inroads.errors import BadPolicy
from inroads.policy.loading import load_policy

SUPPRESSION = """
[[suppressions]]
rule = "bridge"
subject = "{}"
reason = "known"
expires = 2999-01-01
"""


@pytest.mark.parametrize(
    "subject", ["identity:712052", "account:Xr82w", "account:Xr82w#CLIENT@business:77128"]
)
def test_a_subject(subject: str) -> None:
    """A suppression names its subject by the id of a node or of a grant."""
    (suppression,) = load_policy(SUPPRESSION.format(subject)).judgement.suppressions
    assert suppression.subject == subject


@pytest.mark.parametrize("subject", ["b@example.com", "712052", "BillSpring", " identity:712052"])
def test_a_subject_that_is_no_id(subject: str) -> None:
    """A subject that can be no finding's is a problem: it would suppress nothing, and nobody would know."""
    with pytest.raises(BadPolicy) as error:
        load_policy(SUPPRESSION.format(subject))
    (problem,) = error.value.problems
    assert problem.startswith(f"suppressions.0.subject: {subject!r} is not an id like identity:")
