//! A warehouse in memory that obeys the statements as Redshift does, refusals included, and shows itself
//! through the catalog's queries. A column holds a token for its data, so that a loss is seen.

#![allow(clippy::expect_used, clippy::panic, dead_code)] // it is part of tests only

mod answers;
mod answers_access;
mod apply;
pub mod manifest;
mod policies;
mod principals;
mod tables;
mod vandal;

use std::collections::{BTreeMap, BTreeSet};

use cloister_core::schema::catalog::{Answers, AttachedFilter, AttachedMask, Catalog, Part, Target, read};
use cloister_core::schema::{Declared, SchemaPlan, Transaction, plan};
use cloister_core::sql::{ColumnDefinition, Distribution, Grantee, Ident, Privilege, Sort};

pub const ADMIN: &str = "admin";

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Warehouse {
    pub schema: Option<Namespace>,
    pub has_ledger: bool,
    /// Kind, name and owner.
    pub ledger: BTreeSet<(String, String, String)>,
    pub tables: BTreeMap<Ident, Table>,
    pub roles: BTreeSet<Ident>,
    pub groups: BTreeSet<Ident>,
    /// Role and who has it.
    pub role_grants: BTreeSet<(Ident, Grantee)>,
    pub group_members: BTreeSet<(Ident, Ident)>,
    /// User, and whether it is a superuser.
    pub users: BTreeMap<Ident, bool>,
    pub grants: BTreeSet<(Grantee, Target, Privilege)>,
    pub public_schema: BTreeSet<Privilege>,
    pub filters: BTreeMap<Ident, String>,
    /// Row policies and the table that each looks up.
    pub lookups: BTreeMap<Ident, Ident>,
    pub attached_filters: BTreeSet<AttachedFilter>,
    pub masks: BTreeMap<Ident, String>,
    pub attached_masks: BTreeSet<AttachedMask>,
    /// Tokens of data that is gone.
    pub lost: Vec<u64>,
    pub next_token: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Namespace {
    pub owner: String,
    pub quota_mib: Option<i64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub owner: String,
    pub columns: Vec<Column>,
    pub distribution: Distribution,
    pub sort: Option<Sort>,
    pub primary_key: Option<(Ident, Vec<Ident>)>,
    pub row_level_security: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub definition: ColumnDefinition,
    pub token: u64,
}

pub fn ident(name: &str) -> Ident {
    Ident::new(name).expect("a name")
}

impl Warehouse {
    /// As Redshift makes a database: PUBLIC may use its schema `public`.
    pub fn new() -> Self {
        Self { public_schema: BTreeSet::from([Privilege::Usage, Privilege::Create]), ..Self::default() }
    }

    pub fn answers(&self, declared: &Declared) -> Answers {
        let mut answers: Answers =
            Part::ALL.into_iter().map(|part| (part, self.answer(part, declared))).collect();
        if !self.has_ledger {
            answers.remove(&Part::Ledger);
        }
        answers
    }

    pub fn catalog(&self, declared: &Declared) -> Catalog {
        read(declared.schema.as_str(), &self.answers(declared)).expect("the reader knows its answers")
    }

    pub fn plan(&self, declared: &Declared) -> SchemaPlan {
        plan(declared, &self.catalog(declared))
    }

    /// All statements or none.
    pub fn run(&mut self, transaction: &Transaction) -> Result<(), String> {
        let before = self.clone();
        assert!(transaction.statements.len() <= cloister_core::schema::MOST_STATEMENTS);
        assert!(!transaction.statements.is_empty(), "{}", transaction.title);
        for statement in &transaction.statements {
            assert_eq!(statement.runs_alone(), transaction.alone, "{statement}");
            assert!(!transaction.alone || transaction.statements.len() == 1);
            assert!(statement.to_string().len() < 100_000);
            if let Err(refusal) = self.apply(statement) {
                *self = before;
                return Err(format!("{}: {statement}: {refusal}", transaction.title));
            }
        }
        Ok(())
    }

    /// Passes until there is nothing left to do. Every statement must be accepted.
    pub fn settle(&mut self, declared: &Declared) -> (usize, SchemaPlan) {
        for pass in 0..6 {
            let plan = self.plan(declared);
            if plan.transactions.is_empty() {
                return (pass, plan);
            }
            for transaction in &plan.transactions {
                self.run(transaction).unwrap_or_else(|refusal| panic!("{refusal}\n{plan:#?}"));
            }
        }
        panic!("it does not come to rest: {:#?}\n{:#?}", self.plan(declared), self);
    }

    pub fn token(&mut self) -> u64 {
        self.next_token += 1;
        self.next_token
    }

    /// Notes as lost what no table holds any more.
    pub fn drop_tokens(&mut self, tokens: impl IntoIterator<Item = u64>) {
        let held: BTreeSet<u64> =
            self.tables.values().flat_map(|t| t.columns.iter().map(|c| c.token)).collect();
        self.lost.extend(tokens.into_iter().filter(|token| !held.contains(token)));
    }
}
