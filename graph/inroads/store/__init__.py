"""What is kept on disk: the ledger of documents, and snapshots of folded columns."""

from inroads.store.ledger import Ledger

__all__ = ["Ledger"]
