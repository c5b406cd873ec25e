"""The typed records of documents."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
import msgspec
from inroads.documents.records import Me, Team
from inroads.review.campaign import _HEAD, _SIGNED
from inroads.review.rows import _FROZEN

built = []

def watch(frame, event, arg):
    if event == "call" and frame.f_code.co_name == "get_class_annotations":
        built.append(frame.f_locals["obj"].__name__)

def use(kind, value):
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        pass

class Other(msgspec.Struct):
    number: int

sys.setprofile(watch)
use(Other, {"number": 1})
business = {"id": 1, "business_clients": [{"id": 1}], "address": {}}
use(Me, {"id": 1, "business_memberships": [{"id": 1, "business": business}], "groups": [{}]})
use(Team, {"business": business, "business_group": {"members": [{"id": 1}]}})
for decoder in (_HEAD, _SIGNED, _FROZEN):
    use(decoder.type, {})
    use(decoder.type, [])
sys.setprofile(None)
print(built)
"""


def test_structs_are_built_when_they_are_imported() -> None:
    """No thread builds what msgspec knows of them: two that do so at once crash the process."""
    done = subprocess.run(  # noqa: S603  # our own
        [sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "['Other']"
