"""Gateway: identity and tokens, composed pages, the edge and the front ends."""
