"""Registration: seats and who has them, a waiting list, offers with a deadline."""
