"""What members are told of decisions that concern them."""
