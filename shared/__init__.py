"""Mechanism that two or more services use. No rule of the domain lives here."""
