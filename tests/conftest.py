"""How tests are collected and how their processes start."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

# Hundreds of tests start a process. Without compiled files each one compiles the packages again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Look for doctests in the packages and in files of tests, not in what tests import."""
    if collection_path.suffix == ".py" and not collection_path.name.startswith("test_"):
        return True
    return None


@pytest.hookimpl(optionalhook=True)  # xdist calls it for `-n auto`
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: some tests wait, for servers, signals and downloads."""
    return (os.cpu_count() or 1) + 1
