-- Redshift has DROP and ALTER on relations, which PostgreSQL has not. They are kept as TRIGGER and MAINTAIN, which
-- nothing here uses: so they go with the object, into default privileges and through grant options like the others.
CREATE FUNCTION redshift.privilege(kept text) RETURNS text IMMUTABLE LANGUAGE sql
AS 'SELECT CASE kept WHEN ''TRIGGER'' THEN ''DROP'' WHEN ''MAINTAIN'' THEN ''ALTER'' ELSE kept END';

CREATE FUNCTION redshift.letter(kept text) RETURNS text IMMUTABLE LANGUAGE sql
AS $$
SELECT CASE kept
    WHEN 'INSERT' THEN 'a' WHEN 'SELECT' THEN 'r' WHEN 'UPDATE' THEN 'w' WHEN 'DELETE' THEN 'd'
    WHEN 'REFERENCES' THEN 'x' WHEN 'TRIGGER' THEN 'D' WHEN 'TRUNCATE' THEN 'P' WHEN 'MAINTAIN' THEN 'A'
    WHEN 'USAGE' THEN 'U' WHEN 'CREATE' THEN 'C' WHEN 'TEMPORARY' THEN 'T' WHEN 'EXECUTE' THEN 'X' ELSE ''
END
$$;

CREATE FUNCTION redshift.who(identity oid) RETURNS text STABLE LANGUAGE sql
AS $$
SELECT coalesce((
    SELECT CASE i.kind WHEN 'user' THEN i.name ELSE i.kind || ' ' || i.name END
    FROM redshift.identities i WHERE i.id = identity
), '')
$$;

-- An ACL as Redshift shows it: {awsuser=arwdxDPA/awsuser,"group readers=r/awsuser",=r/awsuser}
CREATE FUNCTION redshift.acl(items aclitem[]) RETURNS text[] STABLE LANGUAGE sql
AS $$
SELECT array_agg(entry ORDER BY place) FROM (
    SELECT
        min(position) AS place,
        redshift.who(e.grantee) || '='
        || string_agg(redshift.letter(e.privilege_type) || CASE WHEN e.is_grantable THEN '*' ELSE '' END, '')
        || '/' || redshift.who(e.grantor) AS entry
    FROM aclexplode(items) WITH ORDINALITY AS e (grantor, grantee, privilege_type, is_grantable, position)
    GROUP BY e.grantor, e.grantee
) entries
$$;
