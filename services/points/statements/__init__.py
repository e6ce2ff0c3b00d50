"""Monthly statements (公示): put before the branch, objected to, closed for good."""
