"""Teams of sports and culture: a name, a captain, members, each in one team of an event."""
