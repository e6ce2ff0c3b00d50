"""What people decided: no fact of theirs without an approved decision.

A fact that is no check-in names where it came from by its `source_key`, ``<prefix>:…``. A slice
whose decisions make facts adds its prefix here: the fact's source, and the condition that its
decision was taken, where ``f`` is the fact. What an organiser decided in the events service is known
there: as with check-ins, comparing the two says whether it was told (`check_attendance`).
"""

from typing import Final

DECIDED: Final[dict[str, tuple[str, str]]] = {
    "claim": (
        "claim",
        """
        SELECT FROM claims c
        WHERE c.member_id = f.member_id AND c.id::text = split_part(f.source_key, ':', 2)
            AND c.state = 'approved'
        """,
    ),
    # A reversal's fact has the id of the reversal; what a claim's finding took back, its own.
    "adjustment": (
        "manual",
        """
        SELECT FROM adjustments a
        WHERE a.member_id = f.member_id AND a.id::text = split_part(f.source_key, ':', 2)
            AND a.state = 'approved'
        """,
    ),
    "appeal": (
        "manual",
        """
        SELECT FROM appeals a
        WHERE a.member_id = f.member_id AND a.id::text = split_part(f.source_key, ':', 2)
            AND a.state = 'upheld'
        """,
    ),
    # Imports are kept as long as the facts that they brought.
    "import": (
        "import",
        """
        SELECT FROM import_facts i JOIN imports m ON m.id = i.import_id
        WHERE i.member_id = f.member_id AND i.fact_id = f.id
            AND m.state = 'done' AND m.mode = 'apply'
        """,
    ),
    "result": (
        "import",
        """
        SELECT WHERE f.source_key = 'result:' || f.id AND f.kind IN ('prize', 'quiz', 'placing')
            AND f.activity <> ''
        """,
    ),
    "opening": (
        "system",
        """
        SELECT FROM rules r JOIN rule_sets s ON s.id = r.rule_set_id AND s.state = 'approved'
        WHERE r.body -> 'kinds' ? f.kind AND f.source_key = 'opening:' || f.year
        """,
    ),
}

NAMES_ITS_DECISION: Final = "a fact names its decision"

# S608: constants of this file.
NEVER: Final = {
    NAMES_ITS_DECISION: f"""
        SELECT 'facts ' || f.id FROM facts f
        WHERE f.source_key IS NOT NULL AND split_part(f.source_key, ':', 1) NOT IN (
            {", ".join(f"'{prefix}'" for prefix in DECIDED)}
        )
    """,  # noqa: S608
} | {
    f"no fact without its decision: {prefix}": f"""
        SELECT 'facts ' || f.id FROM facts f
        WHERE f.source_key LIKE '{prefix}:%' AND f.state = 'present'
            AND (f.source <> '{source}' OR NOT EXISTS ({decided}))
    """  # noqa: S608
    for prefix, (source, decided) in DECIDED.items()
}
