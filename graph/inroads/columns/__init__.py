"""The columnar engine: claims of millions of documents, folded. Read its README first."""
