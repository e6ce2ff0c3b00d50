"""Events: what happens where and when, and who runs it."""
