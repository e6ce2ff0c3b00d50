"""Looking after members' accounts: who can sign in and how, locks, sessions, second factors."""
