"""Where documents come from: files, the service, a generator."""
