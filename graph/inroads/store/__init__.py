"""What is kept on disk: the ledger of documents, and snapshots of folded columns."""
