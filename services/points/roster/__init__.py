"""Organisations, members and their roles: the suite's one source of who belongs where."""
