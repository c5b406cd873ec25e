"""The stages of a request: parse, admit, answer and respond, each a function of one operation."""
