"""Questions over paths: who reaches what, and how."""
