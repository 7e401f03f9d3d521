//! Privileges: first what is too much, and when all is there, what is lacking.

use std::collections::{BTreeMap, BTreeSet};

use cloister_crds::schema::UnmanagedGrants;

use super::draft::{Draft, Making};
use super::{Why, policies};
use crate::plan::Safety;
use crate::schema::catalog::{Grants, Target};
use crate::sql::{GrantStatement, Grantee, Ident, Object, Privilege, Relation, Statement};

/// Names in one statement: 100 KB are the most that the Data API takes.
const MOST_NAMES: usize = 100;

pub(super) fn take(draft: &mut Draft<'_>) {
    let Some(have) = draft.have else { return };
    let (declared, want) = (draft.declared, draft.want);
    if !have.public_schema.is_empty() && !declared.leaving {
        let revoke = GrantStatement {
            give: false,
            privileges: have.public_schema.clone(),
            on: Object::Schema(Ident::fixed("public")),
            who: BTreeSet::from([Grantee::Public]),
        };
        let making = draft.transaction("revoke what PUBLIC may do with schema public", "schema public");
        making.statement(revoke).mends("publicSchema").safety(Safety::Disruptive).done();
    }
    for (who, grants) in &have.unmanaged_grants {
        let revoked = *who == Grantee::Public || declared.unmanaged_grants == UnmanagedGrants::Revoke;
        if revoked && !declared.leaving {
            let statements = statements(draft, who, false, grants);
            draft.pack(units(statements), |draft| {
                let making = draft
                    .transaction(format!("revoke what {who} was never given"), format!("grants of {who}"));
                making.mends(format!("unmanagedGrants.{who}")).safety(Safety::Disruptive)
            });
        } else if !declared.leaving {
            let on: Vec<String> = grants.keys().take(3).map(ToString::to_string).collect();
            let sentence = format!(
                "{who} holds privileges that nobody declared, on {}: declare them, or set unmanagedGrants to Revoke",
                on.join(", ")
            );
            draft.hold(format!("grants of {who}"), Why::Reported, sentence);
        }
    }
    for (short, role) in &have.roles {
        let wanted = want.roles.get(short).map(|role| &role.grants);
        let extra = less(&role.grants, wanted);
        let who = holder(draft, short);
        let statements = statements(draft, &who, false, &extra);
        draft.pack(units(statements), |draft| {
            let making = draft
                .transaction(format!("revoke privileges of role {short}"), format!("grants of role {short}"));
            making.mends(format!("roles.{short}.grants")).safety(Safety::Disruptive)
        });
    }
}

pub(super) fn give(draft: &mut Draft<'_>) {
    let (catalog, want) = (draft.catalog, draft.want);
    for (short, role) in &want.roles {
        let held = draft.have.and_then(|have| have.roles.get(short)).map(|role| &role.grants);
        let mut lacking = less(&role.grants, held);
        lacking.extend(lost_with_table(&role.grants, held));
        lacking.retain(|target, _| match target {
            Target::Column(table, column) => draft.will_have(table, column),
            _ => true,
        });
        let tables: BTreeSet<Ident> = lacking
            .keys()
            .filter_map(|target| match target {
                Target::Relation(name) if !catalog.relations.contains_key(name) => Some(name.clone()),
                Target::Column(name, column) if !draft.has_now(name, column) => Some(name.clone()),
                _ => None,
            })
            .collect();
        let hiding = policies::hiding(draft, &lacking);
        let who = holder(draft, short);
        let statements = statements(draft, &who, true, &lacking);
        draft.pack(units(statements), |draft| {
            let mut making = draft
                .transaction(format!("grant privileges to role {short}"), format!("grants of role {short}"))
                .needs(format!("role {short}"))
                .needs(format!("grants of role {short}"))
                .mends(format!("roles.{short}.grants"));
            for table in &tables {
                making = making.needs(format!("table {table}"));
            }
            hiding.iter().fold(making, Making::needs)
        });
    }
}

/// A role by its name in the manifest; one that is leaving may still be of the other kind.
fn holder(draft: &Draft<'_>, short: &str) -> Grantee {
    let name = format!("{}{short}", draft.declared.roles_prefix);
    let name = Ident::new(name).unwrap_or_else(|_| Ident::fixed("?"));
    match (draft.catalog.roles.contains(&name), draft.catalog.groups.contains(&name)) {
        (true, false) => Grantee::Role(name),
        (false, true) => Grantee::Group(name),
        _ => draft.declared.grantee(&name),
    }
}

fn less(all: &Grants, but: Option<&Grants>) -> Grants {
    let none = BTreeSet::new();
    let rest = all.iter().map(|(target, privileges)| {
        let held = but.and_then(|but| but.get(target)).unwrap_or(&none);
        (target.clone(), privileges.difference(held).copied().collect::<BTreeSet<_>>())
    });
    rest.filter(|(_, privileges)| !privileges.is_empty()).collect()
}

/// To revoke a privilege on a table takes the same privilege on its columns along.
fn lost_with_table(wanted: &Grants, held: Option<&Grants>) -> Grants {
    let mut lost = Grants::new();
    for (target, privileges) in wanted {
        let Target::Column(table, _) = target else { continue };
        let table = Target::Relation(table.clone());
        let (kept, had) = (wanted.get(&table), held.and_then(|held| held.get(&table)));
        let revoked =
            |p: &&Privilege| had.is_some_and(|h| h.contains(p)) && !kept.is_some_and(|k| k.contains(p));
        let again: BTreeSet<Privilege> = privileges.iter().filter(revoked).copied().collect();
        if !again.is_empty() {
            // Those that are lacking anyway are among them.
            let lacking =
                held.and_then(|held| held.get(target)).map_or_else(|| privileges.clone(), |h| privileges - h);
            lost.insert(target.clone(), &again | &lacking);
        }
    }
    lost
}

fn units(statements: Vec<Statement>) -> Vec<Vec<Statement>> {
    statements.into_iter().map(|statement| vec![statement]).collect()
}

/// As few statements as say it: tables and columns with the same privileges go together.
pub(super) fn statements(draft: &Draft<'_>, who: &Grantee, give: bool, grants: &Grants) -> Vec<Statement> {
    let schema = &draft.declared.schema;
    let mut tables: BTreeMap<&BTreeSet<Privilege>, Vec<Relation>> = BTreeMap::new();
    let mut columns: BTreeMap<(&Ident, &BTreeSet<Privilege>), BTreeSet<Ident>> = BTreeMap::new();
    let mut all = Vec::new();
    let mut say = |privileges: &BTreeSet<Privilege>, on: Object| {
        let who = BTreeSet::from([who.clone()]);
        all.push(Statement::from(GrantStatement { give, privileges: privileges.clone(), on, who }));
    };
    for (target, privileges) in grants {
        match target {
            Target::Schema => say(privileges, Object::Schema(schema.clone())),
            Target::EveryTable => say(privileges, Object::EveryTableOf(schema.clone())),
            Target::EveryFunction => say(privileges, Object::EveryFunctionOf(schema.clone())),
            Target::ToCome(owner) => {
                say(privileges, Object::TablesToCome { schema: schema.clone(), owner: owner.clone() });
            }
            Target::Relation(name) => tables.entry(privileges).or_default().push(Relation::new(schema, name)),
            Target::Column(table, column) => {
                columns.entry((table, privileges)).or_default().insert(column.clone());
            }
        }
    }
    for (privileges, relations) in tables {
        for some in relations.chunks(MOST_NAMES) {
            say(privileges, Object::Tables(some.iter().cloned().collect()));
        }
    }
    for ((table, privileges), columns) in columns {
        say(privileges, Object::Columns { table: Relation::new(schema, table), columns });
    }
    all
}
