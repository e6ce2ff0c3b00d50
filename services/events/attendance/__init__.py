"""Who came, who is expected, who is missing."""
