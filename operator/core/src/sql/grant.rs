use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::name::{Ident, Relation};
use super::writer::{Known, Writer};

/// <https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Privilege {
    Usage,
    Create,
    Alter,
    Select,
    Insert,
    Update,
    Delete,
    Drop,
    References,
    Truncate,
    Execute,
}

impl Privilege {
    pub const ALL: [Self; 11] = [
        Self::Usage,
        Self::Create,
        Self::Alter,
        Self::Select,
        Self::Insert,
        Self::Update,
        Self::Delete,
        Self::Drop,
        Self::References,
        Self::Truncate,
        Self::Execute,
    ];

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str().eq_ignore_ascii_case(text))
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "USAGE",
            Self::Create => "CREATE",
            Self::Alter => "ALTER",
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Drop => "DROP",
            Self::References => "REFERENCES",
            Self::Truncate => "TRUNCATE",
            Self::Execute => "EXECUTE",
        }
    }
}

impl fmt::Display for Privilege {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Known for Privilege {}

/// Who holds a privilege.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grantee {
    Public,
    Role(Ident),
    Group(Ident),
    User(Ident),
}

impl Grantee {
    pub(super) fn write<'w>(&self, w: &'w mut Writer) -> &'w mut Writer {
        match self {
            Self::Public => w.words("PUBLIC"),
            Self::Role(name) => w.words("ROLE ").ident(name),
            Self::Group(name) => w.words("GROUP ").ident(name),
            Self::User(name) => w.ident(name),
        }
    }
}

impl fmt::Display for Grantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("PUBLIC"),
            Self::Role(name) => write!(f, "role {name}"),
            Self::Group(name) => write!(f, "group {name}"),
            Self::User(name) => write!(f, "user {name}"),
        }
    }
}

/// What a privilege is held on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Object {
    Schema(Ident),
    Tables(BTreeSet<Relation>),
    Columns {
        table: Relation,
        columns: BTreeSet<Ident>,
    },
    /// A scoped permission: `FOR TABLES IN SCHEMA`.
    EveryTableOf(Ident),
    EveryFunctionOf(Ident),
    /// A default privilege on what `owner` will make.
    TablesToCome {
        schema: Ident,
        owner: Ident,
    },
}

/// GRANT or, with `give` false, REVOKE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantStatement {
    pub give: bool,
    pub privileges: BTreeSet<Privilege>,
    pub on: Object,
    pub who: BTreeSet<Grantee>,
}

impl GrantStatement {
    pub(super) fn write(&self, w: &mut Writer) {
        if let Object::TablesToCome { schema, owner } = &self.on {
            w.words("ALTER DEFAULT PRIVILEGES FOR USER ")
                .ident(owner)
                .words(" IN SCHEMA ")
                .ident(schema)
                .words(" ");
        }
        w.words(if self.give { "GRANT " } else { "REVOKE " });
        let columns = match &self.on {
            Object::Columns { columns, .. } => Some(columns),
            _ => None,
        };
        w.list(&self.privileges, |w, privilege| {
            w.known(privilege);
            if let Some(columns) = columns {
                w.words(" ").idents(columns);
            }
        });
        match &self.on {
            Object::Schema(schema) => w.words(" ON SCHEMA ").ident(schema),
            Object::Tables(tables) => w.words(" ON TABLE ").list(tables, |w, table| {
                w.relation(table);
            }),
            Object::Columns { table, .. } => w.words(" ON TABLE ").relation(table),
            Object::EveryTableOf(schema) => w.words(" FOR TABLES IN SCHEMA ").ident(schema),
            Object::EveryFunctionOf(schema) => w.words(" FOR FUNCTIONS IN SCHEMA ").ident(schema),
            Object::TablesToCome { .. } => w.words(" ON TABLES"),
        };
        w.words(if self.give { " TO " } else { " FROM " }).list(&self.who, |w, who| {
            who.write(w);
        });
    }
}

impl serde::Serialize for Grantee {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
