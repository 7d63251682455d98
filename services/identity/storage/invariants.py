"""What must be true of accounts, attachments and structures; `audit` checks it on live data."""

from typing import Final

from shared.invariants import MESSAGES_IN_ORDER, Invariants

_ATTACHMENTS: Final[Invariants] = {
    "an attachment has no account or no structure": """
        SELECT a.id AS attachment_id, a.account_id, a.structure_id FROM attachments a
        LEFT JOIN accounts p ON p.id = a.account_id LEFT JOIN structures s ON s.id = a.structure_id
        WHERE p.id IS NULL OR s.id IS NULL
    """,
    "one person has two open attachments to one structure": """
        SELECT account_id, structure_id, count(*) AS attachments FROM attachments
        WHERE state IN ('requested', 'active') GROUP BY account_id, structure_id HAVING count(*) > 1
    """,
    "somebody belongs to a closed structure, or asks to": """
        SELECT a.id AS attachment_id, a.state, a.structure_id FROM attachments a
        JOIN structures s ON s.id = a.structure_id
        WHERE a.state IN ('requested', 'active') AND s.closed_at IS NOT NULL
    """,
    # a history that says so has the line of the act that left it so; a merger may bring people alone
    "a structure has people and no referent, and nobody left it so": """
        SELECT structure_id, count(*) AS people FROM attachments WHERE state = 'active'
        GROUP BY structure_id HAVING NOT bool_or('referent' = ANY(statuses))
            AND CAST(structure_id AS text) NOT IN (
                SELECT facts ->> 'structure_without_referent' FROM identity_history
                WHERE facts ? 'structure_without_referent'
            )
            AND structure_id NOT IN (SELECT aggregate_id FROM identity_history WHERE act = 'PeopleReceived')
    """,
}
_ERASURES: Final[Invariants] = {
    "an erased account belongs to a structure, or asks to": """
        SELECT p.id AS account_id, a.id AS attachment_id, a.state FROM accounts p
        JOIN attachments a ON a.account_id = p.id
        WHERE p.erased_at IS NOT NULL AND a.state IN ('requested', 'active')
    """,
    "an erased account still has an address, a password or a right": """
        SELECT id AS account_id, version FROM accounts WHERE erased_at IS NOT NULL AND (
            email <> CAST(id AS text) || '@compte-supprime.invalid' OR password_hash IS NOT NULL
            OR is_staff OR NOT disabled OR (first_name, last_name) <> ('Compte', 'supprimé')
        )
    """,
    "an account is erased and the ledger of erasures does not say so": """
        SELECT p.id AS account_id, p.erased_at FROM accounts p WHERE p.erased_at IS NOT NULL
            AND NOT EXISTS (SELECT FROM erasures e WHERE e.account_id = p.id AND e.state = 'done')
    """,
    "the ledger says that an account is erased and it is not": """
        SELECT e.id AS erasure_id, e.account_id FROM erasures e JOIN accounts p ON p.id = e.account_id
        WHERE e.state = 'done' AND p.erased_at IS NULL
    """,
}
_HISTORY: Final[Invariants] = {
    "a version has no line in the history": """
        WITH aggregates AS (
            SELECT id, version FROM accounts UNION ALL SELECT id, version FROM attachments
            UNION ALL SELECT id, version FROM structure_requests UNION ALL SELECT id, version FROM change_reports
        )
        SELECT id, each AS version FROM aggregates CROSS JOIN generate_series(1, version) AS each
        EXCEPT SELECT aggregate_id, version FROM identity_history
    """,
    "a version has two lines in the history": """
        SELECT aggregate_id AS id, version, count(*) AS lines FROM identity_history WHERE version IS NOT NULL
        GROUP BY aggregate_id, version HAVING count(*) > 1
    """,
}

INVARIANTS: Final[Invariants] = {**_ATTACHMENTS, **_ERASURES, **_HISTORY, **MESSAGES_IN_ORDER}
