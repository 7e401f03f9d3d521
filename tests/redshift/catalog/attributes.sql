-- What a table, a column and a schema have in Redshift alone.
-- diststyle: 0 EVEN, 1 KEY, 8 ALL, 9 AUTO, as at https://docs.aws.amazon.com/redshift/latest/dg/r_PG_CLASS_INFO.html
CREATE TABLE redshift.relation_attributes (
    relid oid PRIMARY KEY,
    diststyle smallint NOT NULL,
    sortkey_auto boolean NOT NULL,
    encode_auto boolean NOT NULL,
    made timestamp NOT NULL DEFAULT redshift.getdate()
);

CREATE TABLE redshift.column_attributes (
    relid oid,
    attnum smallint,
    encoding text NOT NULL,
    distkey boolean NOT NULL DEFAULT false,
    sortkey smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (relid, attnum)
);

-- Primary keys and the like "are informational only; they aren't enforced by Amazon Redshift".
-- https://docs.aws.amazon.com/redshift/latest/dg/t_Defining_constraints.html
CREATE TABLE redshift.constraints (
    relid oid NOT NULL,
    name text NOT NULL,
    type "char" NOT NULL,
    columns smallint[] NOT NULL,
    referenced oid NOT NULL DEFAULT 0,
    referenced_columns smallint[],
    PRIMARY KEY (relid, name)
);

CREATE TABLE redshift.schema_quotas (nspid oid PRIMARY KEY, megabytes bigint NOT NULL);

CREATE TABLE redshift.encodings (code integer PRIMARY KEY, name text UNIQUE NOT NULL);

INSERT INTO redshift.encodings VALUES
    (0, 'none'), (1, 'bytedict'), (2, 'delta'), (3, 'lzo'), (4, 'runlength'), (5, 'delta32k'), (6, 'mostly8'),
    (7, 'mostly16'), (8, 'mostly32'), (9, 'text255'), (10, 'text32k'), (11, 'zstd'), (12, 'az64');

GRANT SELECT ON redshift.encodings TO PUBLIC;

CREATE FUNCTION redshift.format_encoding(encoding integer) RETURNS text STABLE LANGUAGE sql
AS 'SELECT e.name FROM redshift.encodings e WHERE e.code = encoding';

CREATE FUNCTION redshift.format_type(type oid, modifier integer) RETURNS text STABLE LANGUAGE sql
AS $$
SELECT CASE type
    WHEN 'jsonb'::regtype THEN 'super'
    WHEN 'bytea'::regtype THEN 'binary varying(64000)'
    ELSE pg_catalog.format_type(type, modifier)
END
$$;

-- Users and roles are the cluster's, not a database's; a template's table is a database's. So a role's owner is kept
-- in its comment, which PostgreSQL shares between databases.
CREATE VIEW redshift.role_owners AS
SELECT r.rolname AS stored, shobj_description(r.oid, 'pg_authid') AS owner FROM pg_catalog.pg_roles r;

CREATE VIEW redshift.syslog_access AS
SELECT r.oid AS userid FROM pg_catalog.pg_roles r
WHERE shobj_description(r.oid, 'pg_authid') = 'syslog access unrestricted';
