"""The GraphQL types of analyses."""
