"""Staff without network: a list to take along, and what they noted, told later."""
