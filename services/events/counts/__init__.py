"""Figures counted ahead, unit by unit: the city looks at their sums, and nothing waits for them."""
