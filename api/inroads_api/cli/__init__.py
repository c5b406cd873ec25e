"""The `inroads` command."""
