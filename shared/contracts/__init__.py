"""The messages services exchange: versioned, strict on both sides, never changed once sent.

A new shape is a new version beside the old one, until nobody sends the old one any more.
"""
