//! From what is wanted and what was found to SQL in transactions, and for what is not done, a sentence.

mod columns;
mod draft;
mod drops;
mod gate;
mod grants;
mod namespace;
mod policies;
mod principals;
mod regrant;
mod shadow;
mod tables;

use std::collections::BTreeSet;

use serde::Serialize;

pub use draft::MOST_STATEMENTS;

use super::catalog::Catalog;
use super::declared::Declared;
use super::desire::{absent, desire};
use super::observe::observe;
use super::ownership::{Kind, Standing, owner_of, standing};
use crate::drift::{Difference, differences};
use crate::plan::Safety;
use crate::sql::Statement;
use draft::Draft;

/// Statements that are run as one: in one BatchExecuteStatement, or, if `alone`, by ExecuteStatement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Transaction {
    /// What a person reads: `drop column note of table medical_claims`.
    pub title: String,
    pub statements: Vec<Statement>,
    pub safety: Safety,
    /// Redshift refuses its one statement within a transaction block.
    pub alone: bool,
    /// Beginnings of the paths of the differences that it mends.
    pub mends: BTreeSet<String>,
    /// What it changes: `table medical_claims`.
    pub about: BTreeSet<String>,
    /// Where one `about` these has failed in this pass, this one is left out.
    pub needs: BTreeSet<String>,
}

/// Something that is not done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Held {
    pub about: String,
    pub why: Why,
    /// What a person reads, with what to do.
    pub sentence: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Why {
    /// It is there and was not made for this object.
    Foreign,
    /// Destructive changes are denied.
    Denied,
    /// Destructive changes wait for `approvedPlan`.
    Unapproved,
    /// Redshift cannot change it in place.
    NotInPlace,
    /// Something that is not declared has to be there first.
    Waiting,
    /// Privileges that nobody declared, which the manifest says to report.
    Reported,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SchemaPlan {
    pub drift: Vec<Difference>,
    /// In the order in which they are to be run.
    pub transactions: Vec<Transaction>,
    pub held: Vec<Held>,
    /// Stands for all destructive changes, done or held: what `approvedPlan` must say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// The destructive changes in SQL.
    pub destructive: Vec<String>,
}

impl SchemaPlan {
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.drift.is_empty() && self.transactions.is_empty() && self.held.is_empty()
    }
}

/// What is to be done. Pure: the same input gives the same plan. With `Declared::leaving` it takes the
/// schema apart.
#[must_use]
pub fn plan(declared: &Declared, catalog: &Catalog) -> SchemaPlan {
    let want = desire(declared, catalog);
    let have = observe(declared, catalog);
    let mut draft = Draft::new(declared, catalog, &want, have.as_ref());
    let standing = standing(declared, catalog, Kind::Schema, &declared.schema);
    if declared.leaving && matches!(standing, Standing::Foreign | Standing::Adoptable) {
        return SchemaPlan::default();
    }
    if standing == Standing::Foreign {
        let owner = owner_of(catalog, Kind::Schema, declared.schema.as_str());
        draft.foreign("schema", declared.schema.as_str(), owner);
        return SchemaPlan { drift: Vec::new(), ..gate::pass(draft) };
    }
    namespace::prepare(&mut draft, standing);
    grants::take(&mut draft);
    principals::make(&mut draft);
    tables::change(&mut draft);
    // What hides rows and values is there before anybody new may look.
    policies::make(&mut draft);
    principals::admit(&mut draft);
    grants::give(&mut draft);
    drops::drop(&mut draft);
    policies::drop_obsolete(&mut draft);
    principals::retire(&mut draft);
    namespace::tidy(&mut draft);
    for (role, on) in absent(declared, catalog) {
        let sentence =
            format!("grants of role {role} on {on} wait until it is there: declare it, or create it");
        draft.hold(format!("role {role}"), Why::Waiting, sentence);
    }
    let differing = match &have {
        Some(have) if !declared.leaving => differences(&want, have),
        Some(_) => Vec::new(),
        None if declared.leaving => Vec::new(),
        None => vec![Difference::absent()],
    };
    SchemaPlan { drift: differing, ..gate::pass(draft) }
}
