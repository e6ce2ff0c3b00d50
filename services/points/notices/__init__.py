"""What members are told of decisions that concern them; their inbox is the gateway's."""
