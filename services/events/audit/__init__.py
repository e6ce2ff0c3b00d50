"""Who did, saw and was refused what at events: for the auditor to read, as long as it is kept."""
