//! A database of a shared cluster in memory: it understands what it is told.

use std::collections::{BTreeMap, BTreeSet};

use cloister_core::resource::{DatabaseStep, WarehouseDatabase};
use cloister_core::sql::{
    DatabasePrivilege, DatabaseStatement, GrantStatement, Grantee, Ident, Privilege, RoleCommand, Statement,
};

pub fn change(database: &mut WarehouseDatabase, step: &DatabaseStep) {
    match step {
        DatabaseStep::Create | DatabaseStep::Drop => {}
        DatabaseStep::Record | DatabaseStep::Adopt => database.recorded = true,
        DatabaseStep::Mend { statements } => {
            assert!(!statements.is_empty(), "a change of nothing");
            for statement in statements {
                run(database, statement);
            }
        }
    }
}

fn run(database: &mut WarehouseDatabase, statement: &Statement) {
    match statement {
        Statement::Database(DatabaseStatement::Owner { owner, .. }) => {
            owner.as_str().clone_into(&mut database.owner);
        }
        Statement::Database(DatabaseStatement::Grant { give, privileges, who, .. }) => {
            set(&mut database.privileges, who, privileges, *give);
        }
        Statement::Database(DatabaseStatement::AssumeRole { give, commands, who, .. }) => {
            set(&mut database.assume_role, who, commands, *give);
        }
        Statement::Grant(GrantStatement { give: false, privileges, .. }) => {
            database.public_schema.retain(|held| !privileges.contains(held));
        }
        other => panic!("{other} is not about a database"),
    }
}

fn set<T: Ord + Copy>(
    held: &mut BTreeMap<Grantee, BTreeSet<T>>,
    who: &Grantee,
    what: &BTreeSet<T>,
    give: bool,
) {
    let own = held.entry(who.clone()).or_default();
    if give {
        own.extend(what);
    } else {
        own.retain(|one| !what.contains(one));
    }
    held.retain(|_, own| !own.is_empty());
}

/// A role of the tenant that may insert rows, as its schema makes it.
pub fn loader(name: &str) -> Grantee {
    Grantee::Role(Ident::new(name).expect("a name"))
}

pub fn damage(database: &mut WarehouseDatabase, n: usize) {
    match n % 6 {
        0 => database.owner = "somebody".into(),
        1 => drop(database.privileges.insert(Grantee::Public, [DatabasePrivilege::Temp].into())),
        2 => drop(database.public_schema.insert(Privilege::Create)),
        3 => drop(database.assume_role.insert(Grantee::Public, RoleCommand::ALL.into())),
        4 => drop(database.assume_role.insert(loader("beta-clinic.x.y"), [RoleCommand::Copy].into())),
        _ => drop(database.loaders.insert(loader("acme-health.claims.loader"))),
    }
}
