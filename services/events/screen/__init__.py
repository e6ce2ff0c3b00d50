"""What the hall's screen shows: the code of this moment, and how many are in."""
