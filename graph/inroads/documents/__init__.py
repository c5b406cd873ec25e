"""JSON bytes to typed, redacted documents, and the claims that each document makes."""
