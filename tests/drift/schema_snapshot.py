"""What anybody can read of a schema, in lanes: what is in two of them changes independently."""

from typing import Any

from e2e.sql import Database

SCHEMA = "claims_data"
ROLES = "vault.claims_data."
OWNER = "cloister_admin"
# Of other columns Redshift chooses the encoding.
ENCODED = [("medical_claims", "claim_id"), ("medical_claims", "service_date"), ("loads", "payer")]

_PRIVILEGES = f"""
SELECT 'schema', namespace_name, '', privilege_type, identity_type, identity_name FROM svv_schema_privileges
WHERE namespace_name = '{SCHEMA}' OR namespace_name = 'public' AND identity_type = 'public'
UNION ALL SELECT 'relation', relation_name, '', privilege_type, identity_type, identity_name
FROM svv_relation_privileges WHERE namespace_name = '{SCHEMA}'
UNION ALL SELECT 'column', relation_name, column_name, privilege_type, identity_type, identity_name
FROM svv_column_privileges WHERE namespace_name = '{SCHEMA}'
UNION ALL SELECT 'to come', owner_name, object_type, privilege_type, grantee_type, grantee_name
FROM svv_default_privileges WHERE schema_name = '{SCHEMA}'
"""
_SCHEMA = f"""
SELECT u.usename, q.quota FROM pg_namespace n LEFT JOIN pg_user u ON u.usesysid = n.nspowner
LEFT JOIN svv_schema_quota_state q ON TRIM(q.schema_name) = n.nspname WHERE n.nspname = '{SCHEMA}'
"""
_MEMBERS = f"""
SELECT role_name, user_name FROM svv_user_grants WHERE STRPOS(role_name, '{ROLES}') = 1
UNION ALL SELECT role_name, granted_role_name FROM svv_role_grants
WHERE STRPOS(role_name, '{ROLES}') = 1 OR STRPOS(granted_role_name, '{ROLES}') = 1
"""
_USERS = "SELECT CAST(usename AS VARCHAR(256)), usesuper FROM pg_user WHERE STRPOS(LOWER(usename), 'iam') = 1"
_TABLES = f"""
SELECT c.relname, u.usename, c.reldiststyle FROM pg_class_info c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_user u ON u.usesysid = c.relowner WHERE n.nspname = '{SCHEMA}' AND c.relkind = 'r'
"""
_COLUMNS = f"""
SELECT table_name, column_name, data_type, is_nullable, column_default, encoding, distkey, sortkey
FROM svv_redshift_columns WHERE schema_name = '{SCHEMA}'
"""
_KEYS = f"""
SELECT c.relname, k.contype, COUNT(*) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '{SCHEMA}' GROUP BY 1, 2
"""
_FILTERS = f"SELECT relname, polname, granteekind, grantee FROM svv_rls_attached_policy WHERE relschema = '{SCHEMA}'"
_FILTERED = f"SELECT relname FROM svv_rls_relation WHERE relschema = '{SCHEMA}' AND is_rls_on = TRUE"
_MASKS = f"""
SELECT table_name, policy_name, output_columns, grantee_type, grantee, priority FROM svv_attached_masking_policy
WHERE schema_name = '{SCHEMA}'
"""
_POLICIES = f"""
SELECT polname, polmodifiedby, polqual FROM svv_rls_policy WHERE STRPOS(polname, '{SCHEMA}.') = 1
UNION ALL SELECT policy_name, policy_modified_by, policy_expression FROM svv_masking_policy
WHERE STRPOS(policy_name, '{SCHEMA}.') = 1
"""


_QUERIES = (_PRIVILEGES, _SCHEMA, _MEMBERS, _USERS, _TABLES, _COLUMNS, _KEYS, _FILTERS, _FILTERED, _MASKS, _POLICIES)


def look(database: Database, lane: str) -> dict[str, Any]:
    """`schema`, `roles`, `users`, or the name of a table."""
    results = (sorted(rows, key=str) for rows in database.each(*_QUERIES))
    privileges, schema, members, users, tables, columns, keys, filters, filtered, masks, policies = results
    ours = [row for row in privileges if row[5].startswith(ROLES)]
    match lane:
        case "schema":
            others = [row for row in privileges if row not in ours and row[5] != OWNER]
            return {"schema": schema, "grants": others}
        case "roles":
            return {"members": members, "grants": ours}
        case "users":
            return {"users": users}
    attached = [row[1:] for row in filters + masks if row[0] == lane]
    names = {row[0] for row in attached}
    return {
        "columns": [[*r[1:5], r[5] if (r[0], r[1]) in ENCODED else "", *r[6:]] for r in columns if r[0] == lane],
        "table": [row for row in tables + keys if row[0] == lane],
        "filtered": [lane] in filtered,
        "attached": attached,
        "policies": [row for row in policies if row[0] in names],
    }
