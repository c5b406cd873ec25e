"""Rows and tables of a terminal: their limit, their pager and their colours."""
