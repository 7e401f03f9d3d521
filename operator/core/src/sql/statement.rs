use std::fmt;

use super::database::DatabaseStatement;
use super::grant::GrantStatement;
use super::ledger::LedgerStatement;
use super::namespace::SchemaStatement;
use super::policy::PolicyStatement;
use super::principal::PrincipalStatement;
use super::table::TableStatement;
use super::writer::Writer;

/// Everything that is ever written to a warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    Database(DatabaseStatement),
    Ledger(LedgerStatement),
    Schema(SchemaStatement),
    Principal(PrincipalStatement),
    Grant(GrantStatement),
    Table(TableStatement),
    Policy(PolicyStatement),
}

impl Statement {
    /// Must run by itself, not within a transaction block.
    #[must_use]
    pub fn runs_alone(&self) -> bool {
        match self {
            Self::Database(statement) => statement.runs_alone(),
            Self::Table(TableStatement::Alter { change, .. }) => change.runs_alone(),
            _ => false,
        }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut writer = Writer::default();
        match self {
            Self::Database(statement) => statement.write(&mut writer),
            Self::Ledger(statement) => statement.write(&mut writer),
            Self::Schema(statement) => statement.write(&mut writer),
            Self::Principal(statement) => statement.write(&mut writer),
            Self::Grant(statement) => statement.write(&mut writer),
            Self::Table(statement) => statement.write(&mut writer),
            Self::Policy(statement) => statement.write(&mut writer),
        }
        f.write_str(&writer.finish())
    }
}

impl serde::Serialize for Statement {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

macro_rules! from {
    ($($inner:ident => $variant:ident),*) => {
        $(impl From<$inner> for Statement {
            fn from(statement: $inner) -> Self {
                Self::$variant(statement)
            }
        })*
    };
}

from!(DatabaseStatement => Database, LedgerStatement => Ledger, SchemaStatement => Schema, PrincipalStatement => Principal,
      GrantStatement => Grant, TableStatement => Table, PolicyStatement => Policy);
