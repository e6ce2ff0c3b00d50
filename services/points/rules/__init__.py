"""Rule sets: what facts are worth, who decided it, and from when."""
