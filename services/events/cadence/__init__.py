"""The branch calendar (支部台历): what the rules ask of each branch, and what was done."""
