"""Who may simulate; how far it reaches is the set's and the asker's part of the tree."""

from shared.auth import Permission

SIMULATE = Permission("simulations.run", frozenset({"unit_admin", "city_admin"}), audited=True)
