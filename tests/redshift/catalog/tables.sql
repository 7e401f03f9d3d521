CREATE VIEW redshift.own_relations AS
SELECT c.oid, n.nspname, c.relname, c.relkind, c.relowner, c.relacl, c.relrowsecurity
FROM pg_catalog.pg_class c JOIN redshift.own_schemas n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm');

CREATE VIEW redshift.svv_redshift_tables AS
SELECT
    current_database()::text AS database_name, redshift.real_name(c.nspname) AS schema_name,
    redshift.real_name(c.relname) AS table_name,
    CASE c.relkind WHEN 'r' THEN 'TABLE' ELSE 'VIEW' END AS table_type,
    array_to_string(redshift.acl(c.relacl), '~') AS table_acl,
    obj_description(c.oid, 'pg_class') AS remarks
FROM redshift.own_relations c
WHERE redshift.is_superuser() OR has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, REFERENCES')
   OR has_any_column_privilege(c.oid, 'SELECT, UPDATE');

CREATE VIEW redshift.svv_all_tables AS
SELECT t.database_name, t.schema_name, t.table_name, t.table_acl, t.table_type, t.remarks
FROM redshift.svv_redshift_tables t;

CREATE VIEW redshift.svv_table_info AS
SELECT
    current_database()::text AS database, redshift.real_name(c.nspname) AS schema, c.oid AS table_id,
    redshift.real_name(c.relname) AS "table",
    CASE WHEN EXISTS (
        SELECT FROM redshift.column_attributes o WHERE o.relid = c.oid AND o.encoding <> 'none'
    ) THEN CASE WHEN a.encode_auto THEN 'Y, AUTO(ENCODE)' ELSE 'Y' END ELSE 'N' END AS encoded,
    CASE a.diststyle WHEN 0 THEN 'EVEN' WHEN 8 THEN 'ALL' WHEN 9 THEN 'AUTO(ALL)' ELSE 'KEY(' || (
        SELECT redshift.real_name(t.attname) FROM redshift.column_attributes o
        JOIN pg_catalog.pg_attribute t ON t.attrelid = o.relid AND t.attnum = o.attnum
        WHERE o.relid = c.oid AND o.distkey
    ) || ')' END AS diststyle,
    CASE WHEN a.sortkey_auto THEN 'AUTO(SORTKEY)' ELSE (
        SELECT CASE WHEN o.sortkey < 0 THEN 'INTERLEAVED' ELSE redshift.real_name(t.attname) END
        FROM redshift.column_attributes o
        JOIN pg_catalog.pg_attribute t ON t.attrelid = o.relid AND t.attnum = o.attnum
        WHERE o.relid = c.oid AND abs(o.sortkey) = 1
    ) END AS sortkey1,
    (SELECT count(*) FROM redshift.column_attributes o WHERE o.relid = c.oid AND o.sortkey <> 0)::integer AS sortkey_num
FROM redshift.own_relations c JOIN redshift.relation_attributes a ON a.relid = c.oid
WHERE redshift.is_superuser();
