"""Who may do what with rules; source: the table of roles in the domain glossary."""

from shared.auth import ROLES, Permission

RULES_READ = Permission("rules.read", frozenset(ROLES))
RULE_SETS_READ = Permission("rule_sets.read", frozenset({"unit_admin", "city_admin", "auditor"}))
RULE_SETS_DRAFT = Permission("rule_sets.draft", frozenset({"city_admin"}))
RULE_SETS_APPROVE = Permission("rule_sets.approve", frozenset({"city_admin"}))
