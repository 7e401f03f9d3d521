-- Rights to name IAM roles, which redshift/assume_role.py keeps as rights to set parameters: those are the cluster's.
-- https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_IAM_PRIVILEGES.html
CREATE VIEW redshift.svv_iam_privileges AS
SELECT
    CASE split_part(p.parname, '.', 2)
        WHEN 'any' THEN 'default-aws-iam-role'
        ELSE convert_from(decode(replace(substr(p.parname, strpos(p.parname, '.r')), '.r', ''), 'hex'), 'UTF8')
    END AS iam_arn,
    upper(replace(substr(split_part(p.parname, '.', 1), length('assumerole_') + 1), '_', ' ')) AS command_type,
    e.grantee::integer AS identity_id, coalesce(i.name, 'public') AS identity_name,
    coalesce(i.kind, 'public') AS identity_type
FROM pg_catalog.pg_parameter_acl p
CROSS JOIN LATERAL aclexplode(p.paracl) e
LEFT JOIN redshift.identities i ON i.id = e.grantee
WHERE p.parname LIKE 'assumerole\_%' AND e.privilege_type = 'SET' AND e.grantee <> e.grantor
    AND redshift.sees(e.grantee);
