use std::collections::BTreeMap;

use super::rows::{Rows, Table, Unreadable};
use super::{Catalog, Namespace, Part, read_policies, read_principals, read_tables};

/// The answers to the queries of one pass.
pub type Answers = BTreeMap<Part, Rows>;

/// Everything the answers say of `schema`. An answer that is missing or unknown is an error: what was not
/// read is never taken for absent.
pub fn read(schema: &str, answers: &Answers) -> Result<Catalog, Unreadable> {
    let mut catalog = Catalog::default();
    namespaces(schema, answer(answers, Part::Namespaces)?, &mut catalog)?;
    read_tables::relations(answer(answers, Part::Relations)?, &mut catalog)?;
    read_tables::columns(answer(answers, Part::Columns)?, &mut catalog)?;
    read_tables::constraints(answer(answers, Part::Constraints)?, &mut catalog)?;
    read_principals::roles(answer(answers, Part::Roles)?, &mut catalog)?;
    read_principals::users(answer(answers, Part::Users)?, &mut catalog)?;
    read_principals::privileges(schema, answer(answers, Part::Privileges)?, &mut catalog)?;
    read_policies::filters(answer(answers, Part::Filters)?, &mut catalog)?;
    read_policies::masks(answer(answers, Part::Masks)?, &mut catalog)?;
    if catalog.has_ledger {
        ledger(answer(answers, Part::Ledger)?, &mut catalog)?;
    }
    Ok(catalog)
}

/// Whether the database has a ledger to be asked for.
pub fn has_ledger(answers: &Answers) -> Result<bool, Unreadable> {
    let mut catalog = Catalog::default();
    namespaces("", answer(answers, Part::Namespaces)?, &mut catalog)?;
    Ok(catalog.has_ledger)
}

fn answer(answers: &Answers, part: Part) -> Result<&Rows, Unreadable> {
    answers.get(&part).ok_or(Unreadable::NoColumn("answers", "one of the queries"))
}

fn namespaces(schema: &str, rows: &Rows, catalog: &mut Catalog) -> Result<(), Unreadable> {
    for row in Table::new("namespaces", ["name", "owner", "quota_mb", "has_ledger"], rows)?.rows() {
        let name = row.text(0)?;
        if name == schema {
            let quota = row.optional(2)?.map(|_| row.number(2)).transpose()?;
            let owner = row.optional(1)?.unwrap_or_default().to_owned();
            catalog.namespace = Some(Namespace { owner, quota_mib: quota.filter(|mib| *mib > 0) });
        }
        if name == "cloister" {
            catalog.has_ledger = row.number(3)? > 0;
        }
    }
    Ok(())
}

fn ledger(rows: &Rows, catalog: &mut Catalog) -> Result<(), Unreadable> {
    for row in Table::new("ledger", ["kind", "name", "owner"], rows)?.rows() {
        catalog.ledger.insert((row.text(0)?.to_owned(), row.text(1)?.to_owned()), row.text(2)?.to_owned());
    }
    Ok(())
}
