"""A policy file that cannot be used is named, with what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from inroads.errors import BadPolicy
from inroads.policy.loading import read_policy


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "does not exist; it should be a TOML file"),
        (b"\xff\xfe", "is not text in UTF-8; it should be a TOML file"),
        (b"{", "the policy is not TOML"),
        (b"[wrods]", "the policy has 1 problem"),
    ],
)
def test_a_bad_file(content: bytes | None, told: str, tmp_path: Path) -> None:
    """Each kind of bad file has its own sentence, with the name of the file."""
    file = tmp_path / "policy.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadPolicy) as error:
        read_policy(file)
    assert str(file) in error.value.message
    assert told in error.value.message
    assert "Errno" not in error.value.message


def test_a_folder(tmp_path: Path) -> None:
    """A folder in place of a policy is told as one."""
    with pytest.raises(BadPolicy, match="is a folder, not a file"):
        read_policy(tmp_path)
