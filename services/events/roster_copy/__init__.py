"""The roster as events knows it: a copy, fed by the stream `roster`."""
