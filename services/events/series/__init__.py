"""Series: events that repeat by a rule, edited and called off together."""
