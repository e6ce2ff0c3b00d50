"""The messages services exchange: versioned, never changed once sent.

Whoever keeps what a message says is strict about all of it; points' own readers take only the
ids and read the rest from their own tables. A new shape is a new version beside the old one, until
nobody sends the old one any more.
"""
