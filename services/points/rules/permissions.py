"""Who may do what with rules; source: the table of roles in the domain glossary."""

from shared.auth import ROLES, Permission

RULES_READ = Permission("rules.read", frozenset(ROLES))
RULE_SETS_READ = Permission("rule_sets.read", frozenset({"unit_admin", "city_admin", "auditor"}))
# Each within the own part of the tree: the city's sets lie at its root, a unit's at the unit.
_KEEPERS = frozenset({"unit_admin", "city_admin"})
RULE_SETS_DRAFT = Permission("rule_sets.draft", _KEEPERS)
RULE_SETS_APPROVE = Permission("rule_sets.approve", _KEEPERS)
