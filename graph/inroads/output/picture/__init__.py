"""Pictures of answers: what is in them, and how they are drawn."""
