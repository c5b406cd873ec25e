"""Server processes, sockets, TLS and telemetry."""
