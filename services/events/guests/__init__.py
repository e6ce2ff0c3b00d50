"""Guests: members of elsewhere whom the organiser invites by name."""
