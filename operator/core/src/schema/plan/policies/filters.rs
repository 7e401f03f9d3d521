use std::collections::BTreeSet;

use super::{attach_filter, detach_filter, finish, first_name, is_ours, is_spoilt, row_level_security};
use crate::schema::catalog::AttachedFilter;
use crate::schema::declared::DeclaredFilter;
use crate::schema::ownership::stays;
use crate::schema::plan::draft::Draft;
use crate::sql::{Ident, PolicyStatement, Statement};

pub(super) fn make(draft: &mut Draft<'_>, name: &Ident, wanted: &DeclaredFilter) {
    let (declared, catalog) = (draft.declared, draft.catalog);
    let spoilt = is_spoilt(draft, catalog.filters.get(name));
    let there = catalog.filters.contains_key(name) && !spoilt;
    let first = first_name(draft, name);
    let attached = catalog.attached_filters.iter();
    let attached = attached.filter(|a| is_ours(draft, &a.policy) && first_name(draft, &a.policy) == first);
    let stays = |a: &AttachedFilter| stays(declared, catalog, &a.table, None, &a.to);
    // One that is made anew is taken off everything and put back.
    let remade = |a: &AttachedFilter| spoilt && a.policy == *name;
    let attached: BTreeSet<&AttachedFilter> = attached.filter(|a| !stays(a) || remade(a)).collect();
    let again = attached.iter().filter(|a| remade(a) && stays(a));
    let mut want: BTreeSet<AttachedFilter> = again.map(|a| (*a).clone()).collect();
    for table in wanted.tables.iter().filter(|table| draft.will_have(table, &wanted.column)) {
        let one = |to: &crate::sql::Grantee| AttachedFilter {
            policy: name.clone(),
            table: table.clone(),
            to: to.clone(),
        };
        want.extend(wanted.to.iter().map(one));
    }
    let mut unit: Vec<Statement> = Vec::new();
    let gone = attached.iter().filter(|a| !(there && want.contains(**a)));
    unit.extend(gone.map(|a| detach_filter(draft, a)));
    if spoilt {
        unit.push(PolicyStatement::DropFilter { policy: name.clone() }.into());
    }
    if !there {
        unit.push(wanted.create(name).into());
    }
    let new = want.iter().filter(|a| !(there && attached.contains(a)));
    unit.extend(new.map(|a| attach_filter(draft, a)));
    for table in wanted.tables.iter().filter(|table| draft.will_have(table, &wanted.column)) {
        if !catalog.relations.get(table).is_some_and(|found| found.row_level_security) {
            unit.push(row_level_security(draft, table, true));
        }
    }
    let places = wanted.tables.iter().map(|table| (table, &wanted.column));
    finish(draft, vec![unit], name, "rowLevelSecurity", places, &wanted.to);
}
