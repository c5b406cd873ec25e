"""The GraphQL types of what a picture of access shows."""
