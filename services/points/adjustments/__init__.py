"""Adjustments: plus or minus, with a reason, by two people, and the member told."""
