CREATE VIEW redshift.own_columns AS
SELECT
    c.oid AS relid, c.nspname, c.relname, c.relkind, a.attname, a.attnum, a.attacl, a.attnotnull, a.atttypid,
    a.atttypmod, o.encoding, coalesce(o.distkey, false) AS distkey, coalesce(o.sortkey, 0::smallint) AS sortkey
FROM redshift.own_relations c
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN redshift.column_attributes o ON o.relid = a.attrelid AND o.attnum = a.attnum;

CREATE VIEW redshift.svv_redshift_columns AS
SELECT
    current_database()::text AS database_name, redshift.real_name(c.nspname) AS schema_name,
    redshift.real_name(c.relname) AS table_name, redshift.real_name(c.attname) AS column_name,
    c.attnum::integer AS ordinal_position, redshift.format_type(c.atttypid, c.atttypmod) AS data_type,
    d.adsrc AS column_default, CASE WHEN c.attnotnull THEN 'NO' ELSE 'YES' END AS is_nullable,
    c.encoding, c.distkey, c.sortkey::integer AS sortkey, array_to_string(redshift.acl(c.attacl), '~') AS column_acl,
    col_description(c.relid, c.attnum) AS remarks
FROM redshift.own_columns c
LEFT JOIN redshift.pg_attrdef d ON d.adrelid = c.relid AND d.adnum = c.attnum
WHERE redshift.is_superuser()
   OR has_column_privilege(c.relid, c.attnum, 'SELECT, INSERT, UPDATE, REFERENCES');

CREATE VIEW redshift.svv_all_columns AS
SELECT
    c.database_name, c.schema_name, c.table_name, c.column_name, c.ordinal_position, c.column_default, c.is_nullable,
    regexp_replace(c.data_type, '\(.*\)', '') AS data_type,
    CASE WHEN c.data_type LIKE 'character%' THEN substring(c.data_type FROM '\((\d+)\)')::integer END
        AS character_maximum_length,
    CASE WHEN c.data_type LIKE 'numeric%' THEN substring(c.data_type FROM '\((\d+)')::integer
         WHEN c.data_type = 'smallint' THEN 16 WHEN c.data_type = 'integer' THEN 32
         WHEN c.data_type = 'bigint' THEN 64 END AS numeric_precision,
    CASE WHEN c.data_type LIKE 'numeric%' THEN substring(c.data_type FROM ',(\d+)\)')::integer
         WHEN c.data_type IN ('smallint', 'integer', 'bigint') THEN 0 END AS numeric_scale,
    c.remarks
FROM redshift.svv_redshift_columns c;

-- "PG_TABLE_DEF only returns information about tables that are visible to the user", that is on the search path.
-- https://docs.aws.amazon.com/redshift/latest/dg/r_PG_TABLE_DEF.html
CREATE VIEW redshift.pg_table_def AS
SELECT
    redshift.real_name(c.nspname) AS schemaname, redshift.real_name(c.relname) AS tablename,
    redshift.real_name(c.attname) AS "column", redshift.format_type(c.atttypid, c.atttypmod) AS type,
    c.encoding, c.distkey, c.sortkey::integer AS sortkey, c.attnotnull AS "notnull"
FROM redshift.own_columns c
WHERE c.relkind = 'r' AND pg_table_is_visible(c.relid);
