"""Who did, saw and exported what: for the auditor to read, and for as long as it is kept."""
