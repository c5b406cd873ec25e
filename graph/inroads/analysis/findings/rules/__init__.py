"""The rules of a security review, grouped by subject."""
