"""A city to look at: generated, seeded, and loaded by the doors that people use.

It knows the other services only by their HTTP addresses and command lines.
"""
