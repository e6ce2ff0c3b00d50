"""Files members attach to claims, kept outside the database for as long as they are needed."""
