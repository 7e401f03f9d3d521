use std::collections::{BTreeMap, BTreeSet};

use cloister_crds::schema::UnmanagedGrants;

use super::draft::Draft;
use crate::schema::catalog::{FoundRelation, Target};
use crate::sql::{GrantStatement, Grantee, Ident, Object, Privilege, Relation, Statement};

/// The grants of the old table that are to stay: a new table has none.
pub(super) fn grants(draft: &Draft<'_>, name: &Ident, found: &FoundRelation) -> Vec<Statement> {
    let mut groups: BTreeMap<(BTreeSet<Privilege>, Option<Ident>), BTreeSet<Grantee>> = BTreeMap::new();
    for (who, held) in &draft.catalog.grants {
        for (target, privileges) in held {
            let column = match target {
                Target::Relation(table) if table == name => None,
                Target::Column(table, column) if table == name => Some(column.clone()),
                _ => continue,
            };
            let kept = kept(draft, who, target, privileges, found);
            if !kept.is_empty() {
                groups.entry((kept, column)).or_default().insert(who.clone());
            }
        }
    }
    let table = Relation::new(&draft.declared.schema, name);
    let mut merged: BTreeMap<(BTreeSet<Privilege>, BTreeSet<Grantee>), BTreeSet<Ident>> = BTreeMap::new();
    let mut all = Vec::new();
    for ((privileges, column), who) in groups {
        match column {
            None => {
                let on = Object::Tables(BTreeSet::from([table.clone()]));
                all.push(GrantStatement { give: true, privileges, on, who }.into());
            }
            Some(column) => {
                merged.entry((privileges, who)).or_default().insert(column);
            }
        }
    }
    all.extend(merged.into_iter().map(|((privileges, who), columns)| {
        let on = Object::Columns { table: table.clone(), columns };
        Statement::from(GrantStatement { give: true, privileges, on, who })
    }));
    all
}

fn kept(
    draft: &Draft<'_>,
    who: &Grantee,
    target: &Target,
    held: &BTreeSet<Privilege>,
    found: &FoundRelation,
) -> BTreeSet<Privilege> {
    let none = BTreeSet::new();
    match who {
        Grantee::Public => none,
        Grantee::User(user) if user.as_str() == found.owner => none,
        Grantee::Role(role) | Grantee::Group(role) if draft.declared.roles.contains_key(role) => {
            let wanted = draft.want.roles.get(draft.declared.short(role));
            let wanted = wanted.and_then(|role| role.grants.get(target)).unwrap_or(&none);
            held.intersection(wanted).copied().collect()
        }
        Grantee::Role(role) | Grantee::Group(role)
            if draft.have.is_some_and(|have| have.roles.contains_key(draft.declared.short(role))) =>
        {
            none // it is leaving, and what it held is revoked before
        }
        _ if draft.declared.unmanaged_grants == UnmanagedGrants::Revoke => none,
        _ => held.clone(),
    }
}
