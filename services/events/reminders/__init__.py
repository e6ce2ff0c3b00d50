"""Telling members of events: before they begin, and of what changes."""
