"""Sources of documents: files, the service, a generator."""
