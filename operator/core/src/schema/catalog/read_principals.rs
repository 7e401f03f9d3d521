use super::rows::{Row, Rows, Table, Unreadable};
use super::{Catalog, FoundUser, Target};
use crate::sql::{Grantee, Privilege};

pub(super) fn roles(rows: &Rows, catalog: &mut Catalog) -> Result<(), Unreadable> {
    for row in Table::new("roles", ["kind", "name", "other"], rows)?.rows() {
        match row.text(0)? {
            "role" => {
                catalog.roles.insert(row.name(1)?);
            }
            "role_grant" => {
                catalog.role_parents.entry(row.name(1)?).or_default().insert(row.name(2)?);
            }
            "user_grant" => {
                catalog.role_users.entry(row.name(1)?).or_default().insert(row.name(2)?);
            }
            other => return Err(row.unknown(0, other)),
        }
    }
    Ok(())
}

pub(super) fn users(rows: &Rows, catalog: &mut Catalog) -> Result<(), Unreadable> {
    for row in Table::new("users", ["kind", "name", "other"], rows)?.rows() {
        let name = row.name(1)?;
        match row.text(0)? {
            "user" => {
                let superuser = row.optional(2)? == Some("super");
                catalog.users.insert(name.as_str().to_ascii_lowercase(), FoundUser { name, superuser });
            }
            "group" => {
                catalog.groups.insert(name);
            }
            "group_member" => {
                catalog.group_users.entry(name).or_default().insert(row.name(2)?);
            }
            other => return Err(row.unknown(0, other)),
        }
    }
    Ok(())
}

const PRIVILEGE: [&str; 8] = [
    "kind",
    "schema_name",
    "relation",
    "column_name",
    "privilege_type",
    "identity_name",
    "identity_type",
    "grantor",
];

pub(super) fn privileges(schema: &str, rows: &Rows, catalog: &mut Catalog) -> Result<(), Unreadable> {
    for row in Table::new("privileges", PRIVILEGE, rows)?.rows() {
        let text = row.text(4)?;
        // Kept in access lists since PostgreSQL, but Redshift knows no such thing to grant or revoke.
        if matches!(text, "RULE" | "TRIGGER") {
            continue;
        }
        let privilege = Privilege::parse(text).ok_or_else(|| row.unknown(4, text))?;
        if row.text(1)? != schema {
            catalog.public_schema.insert(privilege);
            continue;
        }
        let target = match (row.text(0)?, row.optional(2)?.unwrap_or_default()) {
            ("schema", "TABLES") => Target::EveryTable,
            ("schema", "FUNCTIONS") => Target::EveryFunction,
            ("schema", "SCHEMA" | "") => Target::Schema,
            ("relation", _) => Target::Relation(row.name(2)?),
            ("column", _) => Target::Column(row.name(2)?, row.name(3)?),
            ("default", _) => Target::ToCome(row.name(7)?),
            (kind, scope) => return Err(row.unknown(0, &format!("{kind} {scope}"))),
        };
        let held = catalog.grants.entry(grantee(&row, 5, 6)?).or_default();
        held.entry(target).or_default().insert(privilege);
    }
    Ok(())
}

pub(crate) fn grantee<const N: usize>(
    row: &Row<'_, N>,
    name: usize,
    kind: usize,
) -> Result<Grantee, Unreadable> {
    Ok(match row.text(kind)?.trim() {
        "public" | "PUBLIC" => Grantee::Public,
        "user" => Grantee::User(row.name(name)?),
        "role" => Grantee::Role(row.name(name)?),
        "group" => Grantee::Group(row.name(name)?),
        other => return Err(row.unknown(kind, other)),
    })
}
