"""The GraphQL object types and root types. They hold no access rules: the library decides."""
