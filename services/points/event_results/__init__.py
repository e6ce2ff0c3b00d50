"""Results as events told them: facts that take the place of the same ones from spreadsheets."""
