"""The theme of a year: culture and sports in turn (一年体育、一年文化交替)."""
