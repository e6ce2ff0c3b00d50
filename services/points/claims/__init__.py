"""Claims (申报): what members say they did where nobody checked them in, and its review."""
