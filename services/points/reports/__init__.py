"""Reports: what branches, units and members show of a year, and the ledger for taking away.

A report is a file in `kinds`; lists, addresses, formats and jobs find it there.
"""
