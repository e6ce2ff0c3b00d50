"""Files that support claims and cases, kept outside the database for as long as they are needed."""
