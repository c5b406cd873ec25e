"""Views of callers who are limited to some businesses: the documents, and the graph of them."""
