"""Importing this registers every performer."""

from redshift import (
    alter_table,
    assume_role,
    comments,
    copy,
    create_table,
    databases,
    default_privileges,
    grants,
    groups,
    masking,
    role_grants,
    roles,
    row_security,
    rows,
    schemas,
    settings,
    tables,
    transactions,
    unload,
    users,
    views,
)

ALL = (
    alter_table, assume_role, comments, copy, create_table, databases, default_privileges, grants, groups, masking,
    role_grants, roles, rows, row_security, schemas, settings, tables, transactions, unload, users, views,
)  # fmt: skip
