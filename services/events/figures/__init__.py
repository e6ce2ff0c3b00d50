"""What the cadence rules ask, as the city set it: from which year on, by whom, when."""
