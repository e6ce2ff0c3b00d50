"""Leaderboards: projections of the ledger that can be thrown away and made again."""
