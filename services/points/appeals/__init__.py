"""Appeals: a member against an own entry, an adjustment, or what was never posted."""
