"""Commands that read documents and keep them: check, generate, ingest, collect, watch, ledger."""
