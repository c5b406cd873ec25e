"""The rules of a security review, grouped by what they are about."""
