"""The files of the library: the ledger of documents, and snapshots of folded columns."""

from inroads.store.ledger import Ledger

__all__ = ["Ledger"]
