"""The GraphQL types and root types. They decide nothing."""
