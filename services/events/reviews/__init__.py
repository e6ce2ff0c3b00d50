"""What whoever runs an event looks at: doubtful check-ins, and the heads that were counted."""
