CREATE VIEW redshift.svv_user_info AS
SELECT
    redshift.real_name(r.rolname) AS user_name, r.oid::integer AS user_id, r.rolcreatedb AS createdb,
    r.rolsuper AS superuser, false AS catalog_update,
    CASE r.rolconnlimit WHEN -1 THEN 'UNLIMITED' ELSE r.rolconnlimit::text END AS connection_limit,
    CASE WHEN r.rolsuper OR EXISTS (SELECT FROM redshift.syslog_access s WHERE s.userid = r.oid)
        THEN 'UNRESTRICTED' ELSE 'RESTRICTED' END AS syslog_access,
    NULL::timestamp AS last_ddl_ts, NULL::integer AS session_timeout, NULL::text AS external_user_id
FROM pg_catalog.pg_roles r JOIN redshift.identities i ON i.id = r.oid AND i.kind = 'user'
WHERE redshift.is_superuser() OR r.rolname = current_user;

CREATE VIEW redshift.memberships AS
SELECT
    m.roleid AS granted_id, g.name AS granted_name, m.member AS member_id, i.name AS member_name,
    i.kind AS member_kind, m.admin_option
FROM pg_catalog.pg_auth_members m
JOIN redshift.identities g ON g.id = m.roleid AND g.kind = 'role'
JOIN redshift.identities i ON i.id = m.member;

CREATE VIEW redshift.svv_roles AS
SELECT
    i.id::integer AS role_id, i.name AS role_name, coalesce(o.owner, 'rdsdb') AS role_owner, NULL::text AS external_id
FROM redshift.identities i LEFT JOIN redshift.role_owners o ON o.stored = i.stored
WHERE i.kind = 'role' AND redshift.sees(i.id);

CREATE VIEW redshift.svv_role_grants AS
SELECT
    m.member_id::integer AS role_id, m.member_name AS role_name, m.granted_id::integer AS granted_role_id,
    m.granted_name AS granted_role_name
FROM redshift.memberships m WHERE m.member_kind = 'role' AND redshift.sees(m.member_id);

CREATE VIEW redshift.svv_user_grants AS
SELECT
    m.member_id::integer AS user_id, m.member_name AS user_name, m.granted_id::integer AS role_id,
    m.granted_name AS role_name, m.admin_option
FROM redshift.memberships m WHERE m.member_kind = 'user' AND redshift.sees(m.member_id);
