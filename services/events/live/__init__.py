"""An event's attendance as it happens, over server-sent events."""
