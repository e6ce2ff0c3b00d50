"""Calendars that phones subscribe to: a member's own, or an organisation's, by secret address."""
