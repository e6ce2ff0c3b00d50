"""Trying an event out before it opens: a check of what it needs, and scans that never count."""
