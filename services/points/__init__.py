"""Points: organisations and roster, rules, facts, ledger, leaderboards."""
