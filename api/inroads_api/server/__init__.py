"""Processes, sockets, TLS, and all options of a server as one value."""
