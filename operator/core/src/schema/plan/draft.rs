use std::collections::{BTreeMap, BTreeSet};

use super::{Held, Transaction, Why};
use crate::plan::Safety;
use crate::schema::catalog::Catalog;
use crate::schema::declared::Declared;
use crate::schema::ownership::{Kind, forget, owner_of, record};
use crate::schema::state::SchemaState;
use crate::sql::{Ident, Statement};

/// What BatchExecuteStatement takes at once.
/// <https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html#data-api-calling-considerations>
pub const MOST_STATEMENTS: usize = 40;

/// A plan in the making.
pub(super) struct Draft<'a> {
    pub(super) declared: &'a Declared,
    pub(super) catalog: &'a Catalog,
    pub(super) want: &'a SchemaState,
    pub(super) have: Option<&'a SchemaState>,
    pub(super) transactions: Vec<Transaction>,
    pub(super) held: Vec<Held>,
    /// Columns that this plan adds.
    pub(super) added: BTreeMap<Ident, BTreeSet<Ident>>,
    /// Tables that it makes anew.
    pub(super) copied: BTreeSet<Ident>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        declared: &'a Declared,
        catalog: &'a Catalog,
        want: &'a SchemaState,
        have: Option<&'a SchemaState>,
    ) -> Self {
        Self {
            declared,
            catalog,
            want,
            have,
            transactions: Vec::new(),
            held: Vec::new(),
            added: BTreeMap::new(),
            copied: BTreeSet::new(),
        }
    }

    pub(super) fn transaction(&mut self, title: impl Into<String>, about: impl Into<String>) -> Making<'_> {
        let transaction = Transaction {
            title: title.into(),
            statements: Vec::new(),
            safety: Safety::Safe,
            alone: false,
            mends: BTreeSet::new(),
            about: BTreeSet::from([about.into()]),
            needs: BTreeSet::from(["schema".to_owned()]),
        };
        Making { into: &mut self.transactions, transaction }
    }

    pub(super) fn hold(&mut self, about: impl Into<String>, why: Why, sentence: String) {
        self.held.push(Held { about: about.into(), why, sentence });
    }

    pub(super) fn foreign(&mut self, kind: &str, name: &str, owner: Option<&str>) {
        let whose = match owner {
            Some(uid) => format!("belongs to the object with uid {uid}"),
            None => "was not made by Cloister".to_owned(),
        };
        let sentence =
            format!("{kind} {name} is there and {whose}: set adopt to take it over, or choose another name");
        self.hold(format!("{kind} {name}"), Why::Foreign, sentence);
    }

    /// Writes into the ledger that it is ours now.
    pub(super) fn take_over(&mut self, kind: Kind, name: &str, about: impl Into<String>) {
        let (declared, catalog) = (self.declared, self.catalog);
        let old = owner_of(catalog, kind, name).map(|_| forget(declared, kind, name));
        let title = format!("take over {} {name}", kind.as_str());
        let transaction = self.transaction(title, about).needs("ledger").statements(old.map(Statement::from));
        transaction.statement(record(declared, kind, name)).done();
    }

    /// Whether a column is there already.
    pub(super) fn has_now(&self, table: &Ident, column: &Ident) -> bool {
        self.catalog
            .relations
            .get(table)
            .is_some_and(|found| found.view || found.columns.contains_key(column))
    }

    /// Once this plan is done. A table that is not there is made whole.
    pub(super) fn will_have(&self, table: &Ident, column: &Ident) -> bool {
        !self.catalog.relations.contains_key(table)
            || self.has_now(table, column)
            || self.added.get(table).is_some_and(|added| added.contains(column))
    }

    /// Packs groups of statements that belong together into as few transactions as they fit.
    pub(super) fn pack(
        &mut self,
        units: Vec<Vec<Statement>>,
        start: impl for<'d> Fn(&'d mut Draft<'a>) -> Making<'d>,
    ) {
        let mut batch: Vec<Statement> = Vec::new();
        for unit in units {
            if !batch.is_empty() && batch.len() + unit.len() > MOST_STATEMENTS {
                let full = std::mem::take(&mut batch);
                start(self).statements(full).done();
            }
            batch.extend(unit);
        }
        if !batch.is_empty() {
            start(self).statements(batch).done();
        }
    }
}

/// A transaction in the making.
pub(super) struct Making<'d> {
    into: &'d mut Vec<Transaction>,
    transaction: Transaction,
}

impl Making<'_> {
    pub(super) fn statement(mut self, statement: impl Into<Statement>) -> Self {
        self.transaction.statements.push(statement.into());
        self
    }

    pub(super) fn statements(mut self, statements: impl IntoIterator<Item = Statement>) -> Self {
        self.transaction.statements.extend(statements);
        self
    }

    pub(super) fn safety(mut self, safety: Safety) -> Self {
        self.transaction.safety = safety;
        self
    }

    pub(super) fn mends(mut self, path: impl Into<String>) -> Self {
        self.transaction.mends.insert(path.into());
        self
    }

    pub(super) fn about(mut self, about: impl Into<String>) -> Self {
        self.transaction.about.insert(about.into());
        self
    }

    pub(super) fn needs(mut self, needs: impl Into<String>) -> Self {
        self.transaction.needs.insert(needs.into());
        self
    }

    pub(super) fn done(mut self) {
        self.transaction.alone = self.transaction.statements.iter().any(Statement::runs_alone);
        debug_assert!(!self.transaction.alone || self.transaction.statements.len() == 1);
        self.into.push(self.transaction);
    }
}
