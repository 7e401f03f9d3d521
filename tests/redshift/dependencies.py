"""What stands against dropping a user, group or role."""

from redshift.session import Session

HERE = "(d.dbid = 0 OR d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()))"
OWNER, PRIVILEGE = "o", "a"


def owns_objects(session: Session, identity: int) -> bool:
    return _depends(session, identity, OWNER)


def holds_privileges(session: Session, identity: int) -> bool:
    attached = session.own(
        "SELECT 1 FROM redshift.rls_attachments WHERE grantee = %s"
        " UNION ALL SELECT 1 FROM redshift.masking_attachments WHERE grantee = %s",
        (identity, identity),
    )
    return bool(attached) or _depends(session, identity, PRIVILEGE)


def _depends(session: Session, identity: int, kind: str) -> bool:
    return bool(
        session.own(
            "SELECT 1 FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = %s"
            f" AND d.deptype = %s AND {HERE} LIMIT 1",
            (identity, kind),
        )
    )
