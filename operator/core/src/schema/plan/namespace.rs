//! The schema itself, and the ledger.

use super::Why;
use super::draft::Draft;
use crate::plan::Safety;
use crate::schema::ownership::{Kind, Standing, forget, is_recorded, is_there, record, recorded, retired};
use crate::sql::{Ident, LedgerStatement, SchemaStatement, Statement};

/// The ledger, and the schema itself.
pub(super) fn prepare(draft: &mut Draft<'_>, standing: Standing) {
    let (declared, catalog) = (draft.declared, draft.catalog);
    if !catalog.has_ledger && !declared.leaving {
        let make = [LedgerStatement::CreateSchema, LedgerStatement::CreateTable].map(Statement::from);
        draft.transaction("create the ledger cloister.managed", "ledger").statements(make).done();
    }
    let schema = declared.schema.as_str();
    if standing == Standing::Absent {
        if declared.leaving {
            return;
        }
        let create = SchemaStatement::Create {
            schema: declared.schema.clone(),
            owner: declared.owner.clone(),
            quota_gib: declared.quota_gib,
        };
        let mut transaction =
            draft.transaction(format!("create schema {schema}"), "schema").needs("ledger").statement(create);
        if !is_recorded(declared, catalog, Kind::Schema, schema) {
            transaction = transaction.statement(record(declared, Kind::Schema, schema));
        }
        transaction.mends("").done();
        return;
    }
    if standing == Standing::Adoptable && !declared.leaving {
        draft.take_over(Kind::Schema, schema, "schema");
    }
    let Some(have) = draft.have.filter(|_| !declared.leaving) else { return };
    if have.owner != draft.want.owner {
        let owner = SchemaStatement::Owner { schema: declared.schema.clone(), owner: declared.owner.clone() };
        draft
            .transaction(format!("give schema {schema} back to {}", declared.owner), "schema")
            .statement(owner)
            .mends("owner")
            .done();
    }
    if have.quota_mib != draft.want.quota_mib {
        let limit = SchemaStatement::Quota { schema: declared.schema.clone(), gib: declared.quota_gib };
        draft
            .transaction(format!("set the quota of schema {schema}"), "schema")
            .statement(limit)
            .mends("quotaMiB")
            .done();
    }
}

/// Records of what is gone, and at last the schema of an object that is gone.
pub(super) fn tidy(draft: &mut Draft<'_>) {
    let (declared, catalog) = (draft.declared, draft.catalog);
    for (kind, name) in recorded(declared, catalog) {
        let wanted = match kind {
            Kind::Schema => !declared.leaving,
            Kind::Role | Kind::Group => kind == Kind::role(declared) && declared.roles.contains_key(&name),
            Kind::Table => declared.tables.contains_key(&name),
            Kind::User => declared.roles.values().any(|role| role.members.contains_key(name.as_str())),
        };
        let there = is_there(catalog, kind, &name);
        // A user who has other roles stays, and is no longer ours.
        let kept = kind == Kind::User && there && !retired(declared, catalog).contains(&(kind, name.clone()));
        if !wanted && (!there || kept) {
            let title = format!("forget {} {name}", kind.as_str());
            draft
                .transaction(title, format!("{} {name}", kind.as_str()))
                .statement(forget(declared, kind, name.as_str()))
                .done();
        }
    }
    if declared.leaving && catalog.namespace.is_some() {
        drop_schema(draft);
    }
}

fn drop_schema(draft: &mut Draft<'_>) {
    let (declared, catalog) = (draft.declared, draft.catalog);
    let ours = retired(declared, catalog);
    let others: Vec<&str> = catalog
        .relations
        .keys()
        .filter(|name| !ours.contains(&(Kind::Table, (*name).clone())))
        .map(Ident::as_str)
        .collect();
    if let Some(first) = others.first() {
        let sentence = format!(
            "schema {} holds {} tables and views that were never declared, such as {first}: drop or move them, or set deletionPolicy to Retain",
            declared.schema,
            others.len()
        );
        draft.hold("schema", Why::Waiting, sentence);
        return;
    }
    let mut transaction = draft
        .transaction(format!("drop schema {}", declared.schema), "schema")
        .safety(Safety::Destructive)
        .statement(SchemaStatement::Drop { schema: declared.schema.clone() })
        .statement(forget(declared, Kind::Schema, declared.schema.as_str()));
    for (kind, name) in ours.iter().filter(|(kind, _)| *kind == Kind::Table) {
        transaction = transaction.needs(format!("{} {name}", kind.as_str()));
    }
    transaction.done();
}
