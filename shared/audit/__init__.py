"""Who did, saw and exported what: one append-only table, written by the one web mechanism."""

from shared.audit.log import Act, write

__all__ = ["Act", "write"]
