"""Results and placings of an event: entered, confirmed, told to points as facts."""
