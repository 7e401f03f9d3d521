-- The PostgreSQL catalog as Redshift has it: of version 8.0, with Redshift's own columns.
-- https://docs.aws.amazon.com/redshift/latest/dg/c_intro_catalog_views.html
CREATE VIEW redshift.pg_user AS
SELECT
    redshift.real_name(r.rolname) AS usename, r.oid AS usesysid, r.rolcreatedb AS usecreatedb, r.rolsuper AS usesuper,
    false AS usecatupd, '********'::text AS passwd, r.rolvaliduntil AS valuntil, r.rolconfig AS useconfig
FROM pg_catalog.pg_roles r JOIN redshift.identities i ON i.id = r.oid AND i.kind = 'user';

CREATE VIEW redshift.pg_user_info AS
SELECT
    u.usename, u.usesysid, u.usecreatedb, u.usesuper, u.usecatupd, u.passwd, u.valuntil, u.useconfig,
    CASE r.rolconnlimit WHEN -1 THEN 'UNLIMITED' ELSE r.rolconnlimit::text END AS useconnlimit
FROM redshift.pg_user u JOIN pg_catalog.pg_roles r ON r.oid = u.usesysid
WHERE redshift.is_superuser();

CREATE VIEW redshift.pg_group AS
SELECT
    i.name AS groname, i.id AS grosysid,
    (SELECT array_agg(m.member ORDER BY m.member) FROM pg_catalog.pg_auth_members m WHERE m.roleid = i.id) AS grolist
FROM redshift.identities i WHERE i.kind = 'group';

CREATE VIEW redshift.pg_database AS
SELECT
    redshift.real_name(d.datname) AS datname, d.oid, d.datdba, d.encoding, d.datistemplate, d.datallowconn,
    d.datconnlimit, redshift.acl(d.datacl) AS datacl
FROM pg_catalog.pg_database d;

CREATE VIEW redshift.pg_namespace AS
SELECT n.oid, redshift.real_name(n.nspname) AS nspname, n.nspowner, redshift.acl(n.nspacl) AS nspacl
FROM pg_catalog.pg_namespace n
WHERE n.nspname <> 'redshift' AND n.nspname !~ '^pg_(toast|temp)';

CREATE VIEW redshift.pg_proc AS
SELECT p.oid, redshift.real_name(p.proname) AS proname, p.pronamespace, p.proowner
FROM pg_catalog.pg_proc p JOIN redshift.pg_namespace n ON n.oid = p.pronamespace;

CREATE VIEW redshift.pg_class AS
SELECT
    c.oid, redshift.real_name(c.relname) AS relname, c.relnamespace, c.reltype, c.relowner,
    c.relkind::text AS relkind, c.relnatts, c.reltuples, redshift.acl(c.relacl) AS relacl,
    coalesce(a.diststyle, 0::smallint) AS reldiststyle
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('redshift', 'pg_toast')
LEFT JOIN redshift.relation_attributes a ON a.relid = c.oid;

CREATE VIEW redshift.pg_class_info AS
SELECT
    c.oid AS reloid, c.oid, c.relname, c.relnamespace, c.reltype, c.relowner, c.relkind, c.relnatts, c.reltuples,
    c.relacl, c.reldiststyle, CASE c.reldiststyle WHEN 9 THEN 10 ELSE c.reldiststyle END AS releffectivediststyle,
    a.made AS relcreationtime
FROM redshift.pg_class c LEFT JOIN redshift.relation_attributes a ON a.relid = c.oid;

CREATE VIEW redshift.pg_attribute AS
SELECT
    a.attrelid, redshift.real_name(a.attname) AS attname, a.atttypid, a.attlen, a.attnum, a.atttypmod, a.attnotnull,
    a.atthasdef OR a.attidentity <> '' AS atthasdef, a.attisdropped, coalesce(e.code, 0)::smallint AS attencodingtype,
    coalesce(o.distkey, false) AS attisdistkey, coalesce(o.sortkey, 0::smallint) AS attsortkeyord
FROM pg_catalog.pg_attribute a
LEFT JOIN redshift.column_attributes o ON o.relid = a.attrelid AND o.attnum = a.attnum
LEFT JOIN redshift.encodings e ON e.name = o.encoding;

CREATE VIEW redshift.pg_attrdef AS
SELECT
    d.adrelid, d.adnum,
    CASE pg_get_expr(d.adbin, d.adrelid)
        WHEN 'CURRENT_DATE' THEN '(''now''::text)::date'
        ELSE replace(pg_get_expr(d.adbin, d.adrelid), 'redshift.getdate()', 'getdate()')
    END AS adsrc
FROM pg_catalog.pg_attrdef d
UNION ALL
SELECT
    s.refobjid, s.refobjsubid,
    format('"identity"(%s, 0, ''%s,%s''::text)', s.refobjid, q.seqstart, q.seqincrement)
FROM pg_catalog.pg_sequence q
JOIN pg_catalog.pg_depend s ON s.objid = q.seqrelid AND s.classid = 'pg_catalog.pg_class'::regclass AND s.deptype = 'i';

CREATE VIEW redshift.pg_constraint AS
SELECT
    k.name AS conname, c.relnamespace AS connamespace, k.type::text AS contype, k.relid AS conrelid,
    k.columns AS conkey, k.referenced AS confrelid, k.referenced_columns AS confkey
FROM redshift.constraints k JOIN pg_catalog.pg_class c ON c.oid = k.relid;

CREATE VIEW redshift.pg_default_acl AS
SELECT d.defaclrole AS defacluser, d.defaclnamespace, d.defaclobjtype::text AS defaclobjtype, redshift.acl(d.defaclacl) AS defaclacl
FROM pg_catalog.pg_default_acl d;

CREATE VIEW redshift.pg_description AS
SELECT d.objoid, d.classoid, d.objsubid, d.description FROM pg_catalog.pg_description d;

CREATE VIEW redshift.pg_views AS
SELECT
    redshift.real_name(v.schemaname) AS schemaname, redshift.real_name(v.viewname) AS viewname,
    redshift.real_name(v.viewowner) AS viewowner, v.definition
FROM pg_catalog.pg_views v WHERE v.schemaname <> 'redshift';

CREATE VIEW redshift.pg_tables AS
SELECT
    redshift.real_name(t.schemaname) AS schemaname, redshift.real_name(t.tablename) AS tablename,
    redshift.real_name(t.tableowner) AS tableowner
FROM pg_catalog.pg_tables t WHERE t.schemaname <> 'redshift';
