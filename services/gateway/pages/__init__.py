"""Pages composed of several services' answers; no rule of business lives here."""
