"""All that a database holds of a schema, as its administrator sees it, whatever the schema or its tenant is called."""

from chaos.schemas import Schemas

# What was found, by what was asked.
Snapshot = dict[str, list[str]]

QUERIES = {
    "schema": "SELECT n.nspname, u.usename, q.quota FROM pg_namespace n JOIN pg_user u ON u.usesysid = n.nspowner"
    " LEFT JOIN svv_schema_quota_state q ON q.schema_name = n.nspname WHERE n.nspname = '{name}'",
    "tables": "SELECT c.relname, c.relkind, u.usename, c.reldiststyle FROM pg_class_info c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_user u ON u.usesysid = c.relowner"
    " WHERE n.nspname = '{name}' AND c.relkind IN ('r', 'v')",
    # In the order in which SELECT * shows them.
    "columns": "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, d.adsrc,"
    " a.attisdistkey, a.attsortkeyord FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
    " WHERE n.nspname = '{name}' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
    " ORDER BY c.relname, a.attnum",
    "constraints": "SELECT c.relname, k.conname, k.contype FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '{name}'",
    "roles": "SELECT role_name, role_owner FROM svv_roles WHERE STRPOS(role_name, '{name}') > 0",
    "roles of roles": "SELECT role_name, granted_role_name FROM svv_role_grants"
    " WHERE STRPOS(role_name, '{name}') > 0 OR STRPOS(granted_role_name, '{name}') > 0",
    "members": "SELECT role_name, user_name FROM svv_user_grants WHERE STRPOS(role_name, '{name}') > 0",
    "users": "SELECT usename, usesuper FROM pg_user WHERE STRPOS(usename, '{name}') > 0",
    "schema privileges": "SELECT privilege_scope, privilege_type, identity_name, identity_type"
    " FROM svv_schema_privileges WHERE namespace_name = '{name}'",
    "privileges": "SELECT relation_name, privilege_type, identity_name, identity_type"
    " FROM svv_relation_privileges WHERE namespace_name = '{name}'",
    "column privileges": "SELECT relation_name, column_name, privilege_type, identity_name"
    " FROM svv_column_privileges WHERE namespace_name = '{name}'",
    "default privileges": "SELECT owner_name, privilege_type, grantee_name, grantee_type"
    " FROM svv_default_privileges WHERE schema_name = '{name}'",
    "row policies": "SELECT polname, polatts, polqual FROM svv_rls_policy WHERE STRPOS(polname, '{name}') > 0",
    "filtered": "SELECT polname, relname, grantee, granteekind FROM svv_rls_attached_policy WHERE relschema = '{name}'",
    "filtering": "SELECT relname, is_rls_on FROM svv_rls_relation WHERE relschema = '{name}'",
    "masks": "SELECT policy_name, input_columns, policy_expression FROM svv_masking_policy"
    " WHERE STRPOS(policy_name, '{name}') > 0",
    "masked": "SELECT policy_name, table_name, grantee, grantee_type, priority, output_columns"
    " FROM svv_attached_masking_policy WHERE schema_name = '{name}'",
    "ledger": "SELECT object_kind, object_name FROM cloister.managed WHERE schema_name = '{name}'",
}


def snapshot(schemas: Schemas, name: str) -> Snapshot:
    """Rows of tables included. The same for two schemas that were declared alike."""
    found = {what: schemas.sql(query.format(name=name)) for what, query in QUERIES.items()}
    for table in [str(row[0]) for row in found["tables"]]:
        found[f"rows of {table}"] = schemas.sql(f'SELECT * FROM {name}."{table}" ORDER BY 1')
    return {what: _general(what, rows, schemas.tenant, name) for what, rows in found.items()}


def _general(what: str, rows: list[list[str | None]], tenant: str, name: str) -> list[str]:
    """Names of roles begin with the tenant's, so that they stand in another place now."""
    texts = [repr(row).replace(f"{tenant}.{name}", "ROLES").replace(name, "SCHEMA") for row in rows]
    return texts if what == "columns" else sorted(texts)


def differences(found: Snapshot, clean: Snapshot) -> list[str]:
    told = []
    for what in found.keys() | clean.keys():
        here, there = found.get(what, []), clean.get(what, [])
        if here != there:
            told.append(f"{what}: {here} where a clean run has {there}")
    return sorted(told)


def assert_alike(found: Snapshot, clean: Snapshot) -> None:
    told = differences(found, clean)
    assert not told, "\n".join(told)
