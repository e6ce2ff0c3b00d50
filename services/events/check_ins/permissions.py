"""Who may check in and handle check-ins.

Everybody may check in. Handling those of an event is for whoever runs it, which
`catalogue.access.may_run` decides for the one event; so the routes are open to every member.
"""

from shared.auth import Permission

CHECK_IN = Permission("check_ins.create", frozenset({"member"}))
CHECK_INS_HANDLE = Permission("check_ins.handle", frozenset({"member"}))
