"""The codes people scan or type: pure functions of a key, a session and the server's clock."""
