CREATE VIEW redshift.own_schemas AS
SELECT n.oid, n.nspname, n.nspowner, n.nspacl FROM pg_catalog.pg_namespace n
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('redshift', 'information_schema');

CREATE VIEW redshift.svv_redshift_schemas AS
SELECT
    current_database()::text AS database_name, redshift.real_name(n.nspname) AS schema_name,
    n.nspowner::integer AS schema_owner, 'local'::text AS schema_type,
    array_to_string(redshift.acl(n.nspacl), '~') AS schema_acl, NULL::text AS schema_option
FROM redshift.own_schemas n
WHERE redshift.is_superuser() OR has_schema_privilege(n.oid, 'USAGE');

CREATE VIEW redshift.svv_all_schemas AS
SELECT
    s.database_name, s.schema_name, s.schema_owner, s.schema_type, s.schema_acl, NULL::text AS source_database,
    s.schema_option
FROM redshift.svv_redshift_schemas s;

-- "Regular users can see information for schemas for which they have USAGE permission."
CREATE VIEW redshift.svv_schema_quota_state AS
SELECT
    n.oid::integer AS schema_id, redshift.real_name(n.nspname) AS schema_name, n.nspowner::integer AS schema_owner,
    q.megabytes AS quota, used.megabytes AS disk_usage,
    CASE WHEN q.megabytes > 0 THEN used.megabytes * 100.0::double precision / q.megabytes END AS disk_usage_pct
FROM redshift.schema_quotas q
JOIN redshift.own_schemas n ON n.oid = q.nspid
CROSS JOIN LATERAL (
    SELECT coalesce(sum(pg_relation_size(c.oid)), 0)::bigint / 1048576 AS megabytes
    FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'r'
) used
WHERE redshift.is_superuser() OR has_schema_privilege(n.oid, 'USAGE');

CREATE VIEW redshift.svv_redshift_databases AS
SELECT
    redshift.real_name(d.datname) AS database_name, d.datdba::integer AS database_owner,
    'local'::text AS database_type, array_to_string(redshift.acl(d.datacl), '~') AS database_acl,
    NULL::text AS database_options, 'Snapshot Isolation'::text AS database_isolation_level
FROM pg_catalog.pg_database d WHERE NOT d.datistemplate;
