use std::collections::{BTreeMap, BTreeSet};

use super::{attach_mask, detach_mask, finish, first_name, is_ours, is_spoilt};
use crate::schema::catalog::AttachedMask;
use crate::schema::declared::DeclaredMask;
use crate::schema::ownership::stays;
use crate::schema::plan::draft::Draft;
use crate::sql::{Ident, PolicyStatement, Statement};

pub(super) fn make(draft: &mut Draft<'_>, name: &Ident, wanted: &DeclaredMask) {
    let (declared, catalog) = (draft.declared, draft.catalog);
    let spoilt = is_spoilt(draft, catalog.masks.get(name));
    let there = catalog.masks.contains_key(name) && !spoilt;
    let first = first_name(draft, name);
    let stays = |a: &AttachedMask| stays(declared, catalog, &a.table, Some(&a.column), &a.to);
    // One that is made anew is taken off everything and put back.
    let remade = |a: &AttachedMask| spoilt && a.policy == *name;
    let attached: BTreeSet<&AttachedMask> = catalog
        .attached_masks
        .iter()
        .filter(|a| is_ours(draft, &a.policy) && first_name(draft, &a.policy) == first)
        .filter(|a| !stays(a) || remade(a))
        .collect();
    let again = attached.iter().filter(|a| remade(a) && stays(a));
    let mut want: BTreeSet<AttachedMask> = again.map(|a| (*a).clone()).collect();
    for (table, column) in wanted.columns.iter().filter(|(table, column)| draft.will_have(table, column)) {
        want.extend(wanted.to.iter().map(|to| AttachedMask {
            policy: name.clone(),
            table: table.clone(),
            column: column.clone(),
            to: to.clone(),
            priority: wanted.priority,
        }));
    }
    let mut first: Vec<Statement> = Vec::new();
    // A column is never without its mask: the old one goes in the transaction in which the new one comes.
    let mut places: BTreeMap<(&Ident, &Ident), Vec<Statement>> = BTreeMap::new();
    for a in attached.iter().filter(|a| !(there && want.contains(**a))) {
        if remade(a) {
            first.push(detach_mask(draft, a));
        } else {
            places.entry((&a.table, &a.column)).or_default().push(detach_mask(draft, a));
        }
    }
    if spoilt {
        first.push(PolicyStatement::DropMask { policy: name.clone() }.into());
    }
    if !there {
        first.push(
            PolicyStatement::CreateMask { policy: name.clone(), of: wanted.of, mask: wanted.mask.clone() }
                .into(),
        );
    }
    for a in want.iter().filter(|a| !(there && attached.contains(a))) {
        places.entry((&a.table, &a.column)).or_default().push(attach_mask(draft, a));
    }
    let units: Vec<Vec<Statement>> = std::iter::once(first).chain(places.into_values()).collect();
    let on = wanted.columns.iter().map(|(table, column)| (table, column));
    finish(draft, units, name, "masking", on, &wanted.to);
}
