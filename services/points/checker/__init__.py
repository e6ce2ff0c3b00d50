"""The one checker of what is always true; used by tests, the command line and the nightly job."""
