"""Check-ins: a code becomes an attendance, once."""
