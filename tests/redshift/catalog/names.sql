-- Where the emulator keeps what PostgreSQL has no place for, and Redshift's views, which statements name without it.
CREATE SCHEMA redshift;

GRANT USAGE ON SCHEMA redshift TO PUBLIC;

-- "By default, all users have CREATE and USAGE privileges on the PUBLIC schema."
-- https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html
ALTER SCHEMA public OWNER TO rdsdb;

GRANT CREATE ON SCHEMA public TO PUBLIC;

-- Redshift's names are of 127 bytes, PostgreSQL's of 63: a longer one is stored under a short one of exactly 63.
CREATE TABLE redshift.long_names (short name PRIMARY KEY, long text NOT NULL);

GRANT SELECT ON redshift.long_names TO PUBLIC;

CREATE FUNCTION redshift.looked_up(stored name) RETURNS text STABLE LANGUAGE sql
AS 'SELECT coalesce((SELECT l.long FROM redshift.long_names l WHERE l.short = stored), stored::text)';

CREATE FUNCTION redshift.real_name(stored name) RETURNS text STABLE LANGUAGE sql
AS 'SELECT CASE WHEN octet_length(stored::text) = 63 THEN redshift.looked_up(stored) ELSE stored::text END';

-- Users, groups and roles are three kinds in Redshift and one in PostgreSQL, where a prefix tells them apart.
CREATE VIEW redshift.identities AS
SELECT
    r.oid AS id,
    CASE WHEN r.rolname LIKE 'role:%' THEN 'role' WHEN r.rolname LIKE 'group:%' THEN 'group' ELSE 'user' END AS kind,
    regexp_replace(redshift.real_name(r.rolname), '^(role|group):', '') AS name,
    r.rolname AS stored
FROM pg_catalog.pg_roles r
WHERE r.oid = 10 OR r.oid >= 16384;

CREATE FUNCTION redshift.is_superuser() RETURNS boolean STABLE LANGUAGE sql
AS 'SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user';

-- "Regular users can only see identities to which they have access or for which they are the identities owner."
CREATE FUNCTION redshift.sees(identity oid) RETURNS boolean STABLE LANGUAGE sql
AS 'SELECT redshift.is_superuser() OR identity = 0 OR pg_catalog.pg_has_role(current_user, identity, ''MEMBER'')';

CREATE FUNCTION redshift.getdate() RETURNS timestamp STABLE LANGUAGE sql
AS 'SELECT date_trunc(''second'', pg_catalog.now() AT TIME ZONE ''UTC'')';

CREATE FUNCTION redshift.json_serialize(value jsonb) RETURNS text IMMUTABLE LANGUAGE sql
AS 'SELECT value::text';

-- Of base 16 and 10 so far: https://docs.aws.amazon.com/redshift/latest/dg/r_STRTOL.html
CREATE FUNCTION redshift.strtol(digits text, base integer) RETURNS bigint IMMUTABLE LANGUAGE sql
AS 'SELECT CASE base WHEN 16 THEN (''x'' || lpad(digits, 16, ''0''))::bit(64)::bigint WHEN 10 THEN digits::bigint END';
