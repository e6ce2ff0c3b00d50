"""Events: the catalogue, codes, check-ins and attendance."""
