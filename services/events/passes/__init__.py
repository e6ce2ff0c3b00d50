"""Members' passes: on the phone, on a printed card, before the staff's scanner."""
