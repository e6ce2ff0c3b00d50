"""The edge: nginx ends TLS, serves the front ends and routes each path to its owner."""
