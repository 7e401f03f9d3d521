CREATE FUNCTION redshift.grants(items aclitem[])
RETURNS TABLE (privilege text, id oid, name text, kind text, admin_option boolean, grantor oid) STABLE LANGUAGE sql
AS $$
SELECT
    redshift.privilege(e.privilege_type), e.grantee, coalesce(i.name, 'public'), coalesce(i.kind, 'public'),
    e.is_grantable AND i.kind = 'user', e.grantor
FROM aclexplode(items) e LEFT JOIN redshift.identities i ON i.id = e.grantee
WHERE redshift.sees(e.grantee) AND e.privilege_type <> 'CONNECT'
$$;

CREATE VIEW redshift.svv_schema_privileges AS
SELECT
    redshift.real_name(n.nspname) AS namespace_name, g.privilege AS privilege_type, g.id::integer AS identity_id,
    g.name AS identity_name, g.kind AS identity_type, g.admin_option, 'SCHEMA'::text AS privilege_scope
FROM redshift.own_schemas n CROSS JOIN LATERAL redshift.grants(n.nspacl) g
WHERE n.nspacl IS NOT NULL;

CREATE VIEW redshift.svv_relation_privileges AS
SELECT
    redshift.real_name(c.nspname) AS namespace_name, redshift.real_name(c.relname) AS relation_name,
    g.privilege AS privilege_type, g.id::integer AS identity_id, g.name AS identity_name, g.kind AS identity_type,
    g.admin_option
FROM redshift.own_relations c CROSS JOIN LATERAL redshift.grants(c.relacl) g
WHERE c.relacl IS NOT NULL;

CREATE VIEW redshift.svv_column_privileges AS
SELECT
    redshift.real_name(c.nspname) AS namespace_name, redshift.real_name(c.relname) AS relation_name,
    redshift.real_name(c.attname) AS column_name, g.privilege AS privilege_type, g.id::integer AS identity_id,
    g.name AS identity_name, g.kind AS identity_type
FROM redshift.own_columns c CROSS JOIN LATERAL redshift.grants(c.attacl) g
WHERE c.attacl IS NOT NULL;

CREATE VIEW redshift.svv_database_privileges AS
SELECT
    redshift.real_name(d.datname) AS database_name, g.privilege AS privilege_type, g.id::integer AS identity_id,
    g.name AS identity_name, g.kind AS identity_type, g.admin_option, 'DATABASE'::text AS privilege_scope
FROM pg_catalog.pg_database d CROSS JOIN LATERAL redshift.grants(d.datacl) g
WHERE NOT d.datistemplate AND d.datacl IS NOT NULL;

-- Owners' own rights, which PostgreSQL spells out in defaults that hold for the whole database, are no grants.
CREATE VIEW redshift.svv_default_privileges AS
SELECT
    redshift.real_name(n.nspname) AS schema_name,
    CASE d.defaclobjtype WHEN 'r' THEN 'RELATION' ELSE 'FUNCTION' END AS object_type,
    o.id::integer AS owner_id, o.name AS owner_name, o.kind AS owner_type, g.privilege AS privilege_type,
    g.id::integer AS grantee_id, g.name AS grantee_name, g.kind AS grantee_type, g.admin_option
FROM pg_catalog.pg_default_acl d
JOIN redshift.identities o ON o.id = d.defaclrole
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
CROSS JOIN LATERAL redshift.grants(d.defaclacl) g
WHERE d.defaclobjtype IN ('r', 'f') AND (d.defaclnamespace <> 0 OR g.id <> d.defaclrole);
