"""Who looked after whose account, and which administrators signed in: for the auditor to read."""
