"""Leaving: by one's own hand, past the staff, or by itself when a timed session is over."""
