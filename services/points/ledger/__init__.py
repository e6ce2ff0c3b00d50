"""Facts and the append-only ledger of what they earned."""
