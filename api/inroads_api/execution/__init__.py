"""From the text of a GraphQL document to its answer: parse, price, compile, execute, remember."""
