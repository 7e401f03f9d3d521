//! What a database's catalog says of the database itself: three SELECTs, and the ledger's.

use std::collections::BTreeMap;

use super::ADMIN;
use crate::resource::WarehouseDatabase;
use crate::schema::catalog::{Rows, Table, Unreadable, grantee};
use crate::sql::{DatabasePrivilege, Grantee, IamRole, Privilege, RoleCommand, Writer};

/// What is asked, with the ledger or without.
#[must_use]
pub fn queries(of: &WarehouseDatabase, with_ledger: bool) -> Vec<String> {
    let arn = match &of.iam_role {
        // So Redshift shows a grant that is on whichever role the cluster has.
        IamRole::All => "default-aws-iam-role",
        IamRole::Arn(arn) => arn,
    };
    let mut w = Writer::default();
    for (n, words) in PRIVILEGES.split('?').enumerate() {
        if n > 0 {
            w.literal(arn);
        }
        w.words(words);
    }
    let mut all = vec![DATABASE.to_owned(), NAMESPACES.to_owned(), w.finish()];
    all.extend(with_ledger.then(|| LEDGER.to_owned()));
    all
}

const DATABASE: &str = "SELECT u.usename AS owner FROM pg_database d LEFT JOIN pg_user u ON u.usesysid = d.datdba \
WHERE d.datname = current_database()";

/// Schemas, and how many relations and functions are in each. What Redshift has in every database is left out.
const NAMESPACES: &str = "SELECT n.nspname AS name, \
(SELECT COUNT(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'managed' AND c.relkind = 'r') AS has_ledger, \
(SELECT COUNT(*) FROM pg_class c WHERE c.relnamespace = n.oid) AS relations, \
(SELECT COUNT(*) FROM pg_proc p WHERE p.pronamespace = n.oid) AS functions \
FROM pg_namespace n WHERE STRPOS(n.nspname, 'pg_') <> 1 AND n.nspname NOT IN ('information_schema', 'catalog_history')";

/// PUBLIC's right to temporary tables is the default of a database that has no access list yet, and no view shows it.
const PRIVILEGES: &str = "SELECT 'database' AS kind, privilege_type, identity_name, identity_type FROM svv_database_privileges \
WHERE database_name = current_database() \
UNION ALL SELECT 'database', 'TEMP', 'public', 'public' FROM pg_database \
WHERE datname = current_database() AND datacl IS NULL \
UNION ALL SELECT 'schema', privilege_type, identity_name, identity_type FROM svv_schema_privileges \
WHERE namespace_name = 'public' AND identity_type = 'public' \
UNION ALL SELECT 'iam', command_type, identity_name, identity_type FROM svv_iam_privileges WHERE iam_arn = ? \
UNION ALL SELECT DISTINCT 'loader', privilege_type, identity_name, identity_type FROM svv_relation_privileges \
WHERE privilege_type = 'INSERT' AND identity_type = 'role'";

const LEDGER: &str = r#"SELECT owner_uid AS owner FROM "cloister"."managed" WHERE schema_name = '' AND object_kind = 'database'"#;

/// A database as it was found, and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub database: WarehouseDatabase,
    /// Whom the ledger says that it was made for.
    pub recorded_for: Vec<String>,
    pub has_ledger: bool,
}

impl Found {
    /// Made by the administrator, and not yet taken for anybody: a making that was cut short. CREATE DATABASE runs in
    /// no transaction, so it cannot record anything; and one with nothing in it is nobody's loss.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        !self.has_ledger && self.database.contents.is_empty() && self.database.owner == ADMIN
    }
}

pub fn read(of: &WarehouseDatabase, answers: &[Rows]) -> Result<Found, Unreadable> {
    let [database, namespaces, privileges, ledger @ ..] = answers else {
        return Err(Unreadable::NoColumn("answers", "one of the queries"));
    };
    let mut found = WarehouseDatabase {
        owner: String::new(),
        recorded: false,
        privileges: BTreeMap::new(),
        public_schema: [].into(),
        assume_role: BTreeMap::new(),
        loaders: [].into(),
        contents: Vec::new(),
        ..of.clone()
    };
    for row in Table::new("database", ["owner"], database)?.rows() {
        row.optional(0)?.unwrap_or_default().clone_into(&mut found.owner);
    }
    let has_ledger = contents(namespaces, &mut found)?;
    access(privileges, &mut found)?;
    let mut recorded_for = Vec::new();
    if let [ledger] = ledger {
        for row in Table::new("ledger", ["owner"], ledger)?.rows() {
            recorded_for.push(row.text(0)?.to_owned());
        }
    }
    Ok(Found { database: found, recorded_for, has_ledger })
}

/// Everything that is in it and was not made for the database itself; and whether it has a ledger.
fn contents(rows: &Rows, found: &mut WarehouseDatabase) -> Result<bool, Unreadable> {
    let mut has_ledger = false;
    for row in Table::new("namespaces", ["name", "has_ledger", "relations", "functions"], rows)?.rows() {
        match row.text(0)? {
            "public" if row.number(2)? + row.number(3)? == 0 => {}
            "cloister" if row.number(1)? > 0 => has_ledger = true,
            name => found.contents.push(format!("schema {name}")),
        }
    }
    found.contents.sort();
    Ok(has_ledger)
}

fn access(rows: &Rows, found: &mut WarehouseDatabase) -> Result<(), Unreadable> {
    let names = ["kind", "privilege_type", "identity_name", "identity_type"];
    for row in Table::new("database_privileges", names, rows)?.rows() {
        let (text, who) = (row.text(1)?, grantee(&row, 2, 3)?);
        match row.text(0)? {
            // What follows from owning it.
            "database" if matches!(&who, Grantee::User(user) if user.as_str().eq_ignore_ascii_case(&found.owner)) =>
                {}
            "database" => {
                let privilege = DatabasePrivilege::parse(text).ok_or_else(|| row.unknown(1, text))?;
                found.privileges.entry(who).or_default().insert(privilege);
            }
            "schema" => {
                let privilege = Privilege::parse(text).ok_or_else(|| row.unknown(1, text))?;
                found.public_schema.insert(privilege);
            }
            "iam" => {
                let command = RoleCommand::parse(text).ok_or_else(|| row.unknown(1, text))?;
                found.assume_role.entry(who).or_default().insert(command);
            }
            "loader" => drop(found.loaders.insert(who)),
            other => return Err(row.unknown(0, other)),
        }
    }
    Ok(())
}
