"""The addresses that a server listens on."""

from __future__ import annotations

import pytest

from inroads.errors import InroadsError
from inroads_api.server.listening import place


def test_a_port_in_use() -> None:
    """A port that another process has is named, with the option that chooses another."""
    with place("127.0.0.1", 0, guarded=False).bound() as first:
        port = first.getsockname()[1]
        with pytest.raises(InroadsError) as error:
            place("127.0.0.1", port, guarded=False).bound()
    assert error.value.message == f"port {port} of 127.0.0.1 is in use; choose another by --port"
    assert error.value.code == "CANNOT_LISTEN"
