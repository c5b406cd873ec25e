"""What a caller who is limited to some businesses is shown: the documents, and the graph of them."""
