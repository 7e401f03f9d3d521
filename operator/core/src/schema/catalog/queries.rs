//! What is asked of the catalog. SVV_TABLE_INFO leaves empty tables out and PG_TABLE_DEF those outside of
//! the search path, so tables are read from PG_CLASS_INFO and PG_ATTRIBUTE, as AWS's own
//! `v_generate_tbl_ddl` does. Every query reads catalog tables of the leader node or system views only,
//! since the two kinds do not join with users' tables.

use std::fmt;

use crate::sql::Writer;

/// One SELECT each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Namespaces,
    Relations,
    Columns,
    Constraints,
    Roles,
    Users,
    Privileges,
    Filters,
    Masks,
    /// Only once `Namespaces` says that there is a ledger.
    Ledger,
}

impl Part {
    pub const ALL: [Self; 10] = [
        Self::Namespaces,
        Self::Relations,
        Self::Columns,
        Self::Constraints,
        Self::Roles,
        Self::Users,
        Self::Privileges,
        Self::Filters,
        Self::Masks,
        Self::Ledger,
    ];
}

/// A SELECT, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub part: Part,
    sql: String,
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sql)
    }
}

/// The names that the queries are about: the schema, and how its roles and its policies begin.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub schema: &'a str,
    pub roles: &'a str,
    pub policies: &'a str,
}

#[must_use]
pub fn query(part: Part, of: Subject<'_>) -> Query {
    let mut w = Writer::default();
    // A question mark stands for the literal that belongs there.
    let (text, literals): (&'static str, &[&str]) = match part {
        Part::Namespaces => (NAMESPACES, &[of.schema]),
        Part::Relations => (RELATIONS, &[of.schema]),
        Part::Columns => (COLUMNS, &[of.schema]),
        Part::Constraints => (CONSTRAINTS, &[of.schema]),
        Part::Roles => (ROLES, &[of.roles, of.roles, of.roles, of.roles]),
        Part::Users => (USERS, &[of.roles, of.roles]),
        Part::Privileges => (PRIVILEGES, &[of.schema, of.schema, of.schema, of.schema]),
        Part::Filters => (FILTERS, &[of.policies, of.schema, of.schema]),
        Part::Masks => (MASKS, &[of.policies, of.schema]),
        Part::Ledger => (LEDGER, &[of.schema]),
    };
    let mut literals = literals.iter();
    for (n, words) in text.split('?').enumerate() {
        if n > 0
            && let Some(literal) = literals.next()
        {
            w.literal(literal);
        }
        w.words(words);
    }
    Query { part, sql: w.finish() }
}

const NAMESPACES: &str = "SELECT n.nspname AS name, u.usename AS owner, q.quota AS quota_mb, \
(SELECT COUNT(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'managed' AND c.relkind = 'r') AS has_ledger \
FROM pg_namespace n LEFT JOIN pg_user u ON u.usesysid = n.nspowner \
LEFT JOIN svv_schema_quota_state q ON TRIM(q.schema_name) = n.nspname \
WHERE n.nspname IN (?, 'cloister', 'public')";

const RELATIONS: &str = "SELECT c.relname AS name, c.relkind AS kind, u.usename AS owner, c.reldiststyle AS diststyle \
FROM pg_class_info c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_user u ON u.usesysid = c.relowner \
WHERE n.nspname = ? AND c.relkind IN ('r', 'v')";

const COLUMNS: &str = "SELECT c.relname AS relation, a.attname AS name, a.attnum AS position, \
format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS not_null, \
format_encoding(CAST(a.attencodingtype AS INTEGER)) AS encoding, d.adsrc AS default_value, \
a.attisdistkey AS is_distkey, a.attsortkeyord AS sort_position \
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
WHERE n.nspname = ? AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped";

const CONSTRAINTS: &str = "SELECT c.relname AS relation, k.conname AS name, k.contype AS type, \
array_to_string(k.conkey, ',') AS positions \
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
WHERE n.nspname = ? AND k.contype IN ('p', 'u', 'f')";

const ROLES: &str = "SELECT 'role' AS kind, role_name AS name, role_owner AS other FROM svv_roles \
WHERE STRPOS(role_name, ?) = 1 \
UNION ALL SELECT 'role_grant', role_name, granted_role_name FROM svv_role_grants \
WHERE STRPOS(role_name, ?) = 1 OR STRPOS(granted_role_name, ?) = 1 \
UNION ALL SELECT 'user_grant', role_name, user_name FROM svv_user_grants \
WHERE STRPOS(role_name, ?) = 1 OR STRPOS(LOWER(user_name), 'iam') = 1";

const USERS: &str = "SELECT 'user' AS kind, CAST(usename AS VARCHAR(256)) AS name, \
CASE WHEN usesuper THEN 'super' ELSE '' END AS other FROM pg_user WHERE STRPOS(LOWER(usename), 'iam') = 1 \
UNION ALL SELECT 'group', CAST(groname AS VARCHAR(256)), '' FROM pg_group WHERE STRPOS(groname, ?) = 1 \
UNION ALL SELECT 'group_member', CAST(g.groname AS VARCHAR(256)), CAST(u.usename AS VARCHAR(256)) \
FROM pg_group g, pg_user u WHERE u.usesysid = ANY(g.grolist) \
AND (STRPOS(g.groname, ?) = 1 OR STRPOS(LOWER(u.usename), 'iam') = 1)";

const PRIVILEGES: &str = "SELECT 'schema' AS kind, namespace_name AS schema_name, privilege_scope AS relation, \
'' AS column_name, privilege_type, identity_name, identity_type, '' AS grantor FROM svv_schema_privileges \
WHERE namespace_name = ? OR (namespace_name = 'public' AND identity_type = 'public') \
UNION ALL SELECT 'relation', namespace_name, relation_name, '', privilege_type, identity_name, identity_type, '' \
FROM svv_relation_privileges WHERE namespace_name = ? \
UNION ALL SELECT 'column', namespace_name, relation_name, column_name, privilege_type, identity_name, identity_type, '' \
FROM svv_column_privileges WHERE namespace_name = ? \
UNION ALL SELECT 'default', schema_name, '', '', privilege_type, grantee_name, grantee_type, owner_name \
FROM svv_default_privileges WHERE schema_name = ? AND object_type = 'RELATION'";

const FILTERS: &str = "SELECT 'policy' AS kind, polname AS policy, '' AS relation, polmodifiedby AS who, '' AS who_kind \
FROM svv_rls_policy WHERE poldb = current_database() AND STRPOS(polname, ?) = 1 \
UNION ALL SELECT 'attached', polname, relname, grantee, granteekind FROM svv_rls_attached_policy WHERE relschema = ? \
UNION ALL SELECT 'relation', '', relname, '', '' FROM svv_rls_relation WHERE relschema = ? AND is_rls_on = TRUE";

const MASKS: &str = "SELECT 'policy' AS kind, policy_name AS policy, '' AS relation, '' AS columns, \
policy_modified_by AS who, '' AS who_kind, 0 AS priority FROM svv_masking_policy \
WHERE policy_database = current_database() AND STRPOS(policy_name, ?) = 1 \
UNION ALL SELECT 'attached', policy_name, table_name, output_columns, grantee, grantee_type, priority \
FROM svv_attached_masking_policy WHERE schema_name = ?";

const LEDGER: &str = r#"SELECT object_kind AS kind, object_name AS name, owner_uid AS owner FROM "cloister"."managed" WHERE schema_name = ?"#;

#[cfg(test)]
mod tests {
    use super::{Part, Subject, query};

    #[test]
    fn every_literal_has_its_place() {
        let of = Subject { schema: "it's", roles: "acme.it's.", policies: "it's." };
        for part in Part::ALL {
            let sql = query(part, of).to_string();
            assert!(sql.contains("it''s") && !sql.contains('?'), "{sql}");
        }
    }
}
