"""What is not collected: `fuzzing.py` is imported where `schemathesis` is installed."""

collect_ignore = [
    "conftest.py",
    "fuzzing.py",
]  # as a module to look for doctests in, a conftest.py clashes with others
