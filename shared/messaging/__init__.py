"""Messages between services: outbox → relay → stream → inbox → handler.

`shared.messaging.tables` is imported by the unit of work, so this package names nothing that
imports a database; take `Relay` and `Consumer` from their own modules.
"""
