"""Printed codes of unattended places: switched on for one session, printed, switched off."""
