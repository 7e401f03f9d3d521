CREATE TABLE redshift.rls_policies (
    name text PRIMARY KEY,
    alias text NOT NULL,
    columns jsonb NOT NULL, -- [{"colname", "type"}]
    qual text NOT NULL, -- as Redshift was told
    translated text NOT NULL, -- as PostgreSQL performs it
    modified_by text NOT NULL,
    modified_at timestamp NOT NULL DEFAULT redshift.getdate()
);

CREATE TABLE redshift.rls_attachments (
    policy text NOT NULL REFERENCES redshift.rls_policies (name) ON DELETE CASCADE,
    relid oid NOT NULL,
    grantee oid NOT NULL, -- 0 is PUBLIC
    grantor text NOT NULL,
    PRIMARY KEY (policy, relid, grantee)
);

CREATE TABLE redshift.masking_policies (
    name text PRIMARY KEY,
    columns jsonb NOT NULL,
    expression text NOT NULL,
    modified_by text NOT NULL,
    modified_at timestamp NOT NULL DEFAULT redshift.getdate()
);

CREATE TABLE redshift.masking_attachments (
    policy text NOT NULL REFERENCES redshift.masking_policies (name),
    relid oid NOT NULL,
    grantee oid NOT NULL,
    grantor text NOT NULL,
    priority integer NOT NULL,
    input_columns jsonb NOT NULL,
    output_columns jsonb NOT NULL,
    PRIMARY KEY (policy, relid, grantee, output_columns)
);

-- "Only users with the sys:secadmin role can query this view."
CREATE FUNCTION redshift.is_secadmin() RETURNS boolean STABLE LANGUAGE sql
AS $$
SELECT redshift.is_superuser() OR EXISTS (
    SELECT FROM pg_catalog.pg_roles r
    WHERE r.rolname = 'role:sys:secadmin' AND pg_catalog.pg_has_role(current_user, r.oid, 'MEMBER')
)
$$;

CREATE VIEW redshift.svv_rls_policy AS
SELECT
    current_database()::text AS poldb, p.name AS polname, p.alias AS polalias, p.columns::text AS polatts,
    p.qual AS polqual, true AS polenabled, p.modified_by AS polmodifiedby, p.modified_at AS polmodifiedtime
FROM redshift.rls_policies p WHERE redshift.is_secadmin();

CREATE VIEW redshift.svv_rls_relation AS
SELECT
    current_database()::text AS datname, redshift.real_name(c.nspname) AS relschema,
    redshift.real_name(c.relname) AS relname, CASE c.relkind WHEN 'r' THEN 'table' ELSE 'view' END AS relkind,
    c.relrowsecurity AS is_rls_on, false AS is_rls_datashare_on, 'and'::text AS rls_conjunction_type
FROM redshift.own_relations c
WHERE redshift.is_secadmin()
  AND (c.relrowsecurity OR EXISTS (SELECT FROM redshift.rls_attachments a WHERE a.relid = c.oid));

CREATE VIEW redshift.svv_rls_attached_policy AS
SELECT
    redshift.real_name(c.nspname) AS relschema, redshift.real_name(c.relname) AS relname,
    CASE c.relkind WHEN 'r' THEN 'table' ELSE 'view' END AS relkind, a.policy AS polname, a.grantor,
    coalesce(i.name, 'public') AS grantee, coalesce(i.kind, 'public') AS granteekind, true AS is_pol_on,
    c.relrowsecurity AS is_rls_on, 'and'::text AS rls_conjunction_type
FROM redshift.rls_attachments a
JOIN redshift.own_relations c ON c.oid = a.relid
LEFT JOIN redshift.identities i ON i.id = a.grantee
WHERE redshift.is_secadmin() AND (a.grantee = 0 OR i.id IS NOT NULL);

CREATE VIEW redshift.svv_masking_policy AS
SELECT
    current_database()::text AS policy_database, p.name AS policy_name, p.columns::text AS input_columns,
    p.expression AS policy_expression, p.modified_by AS policy_modified_by, p.modified_at AS policy_modified_time
FROM redshift.masking_policies p WHERE redshift.is_secadmin();

CREATE VIEW redshift.svv_attached_masking_policy AS
SELECT
    a.policy AS policy_name, redshift.real_name(c.nspname) AS schema_name, redshift.real_name(c.relname) AS table_name,
    CASE c.relkind WHEN 'r' THEN 'table' ELSE 'view' END AS table_type, a.grantor,
    coalesce(i.name, 'public') AS grantee, coalesce(i.kind, 'public') AS grantee_type, a.priority,
    a.input_columns::text AS input_columns, a.output_columns::text AS output_columns
FROM redshift.masking_attachments a
JOIN redshift.own_relations c ON c.oid = a.relid
LEFT JOIN redshift.identities i ON i.id = a.grantee
WHERE redshift.is_secadmin() AND (a.grantee = 0 OR i.id IS NOT NULL);
