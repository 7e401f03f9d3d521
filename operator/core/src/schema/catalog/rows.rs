//! A query's answer, and reading it without trust in its shape.

use std::fmt;

use crate::sql::{BadName, Ident};

/// One query's answer as the Data API gives it: every cell as text, booleans as `true` and `false`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    pub columns: Vec<String>,
    pub cells: Vec<Vec<Option<String>>>,
}

/// Redshift answered something that this reader does not know. Never a reason to change anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// The query's part, and the column that its answer lacks.
    NoColumn(&'static str, &'static str),
    ShortRow(&'static str),
    NoValue(&'static str, &'static str),
    /// Part, column and what was in it.
    Value(&'static str, &'static str, String),
    Name(&'static str, BadName),
}

impl Unreadable {
    /// Where in the catalog, without what is there: `columns.type`.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::NoColumn(part, column) | Self::NoValue(part, column) | Self::Value(part, column, _) => {
                format!("{part}.{column}")
            }
            Self::ShortRow(part) | Self::Name(part, _) => (*part).to_owned(),
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoColumn(part, column) => write!(f, "the catalog's {part} have no column {column}"),
            Self::ShortRow(part) => write!(f, "a row of the catalog's {part} is cut short"),
            Self::NoValue(part, column) => write!(f, "{column} of the catalog's {part} is empty"),
            Self::Value(part, column, value) => {
                write!(f, "{column} of the catalog's {part} is {value:?}, which is unknown")
            }
            Self::Name(part, bad) => write!(f, "a name in the catalog's {part} {bad}"),
        }
    }
}

impl std::error::Error for Unreadable {}

/// Rows with their columns found once.
pub(crate) struct Table<'a, const N: usize> {
    part: &'static str,
    names: [&'static str; N],
    at: [usize; N],
    rows: &'a Rows,
}

pub(crate) struct Row<'a, const N: usize> {
    part: &'static str,
    names: [&'static str; N],
    at: [usize; N],
    cells: &'a [Option<String>],
}

impl<'a, const N: usize> Table<'a, N> {
    pub(crate) fn new(
        part: &'static str,
        names: [&'static str; N],
        rows: &'a Rows,
    ) -> Result<Self, Unreadable> {
        let mut at = [0; N];
        for (place, name) in at.iter_mut().zip(names) {
            let found = rows.columns.iter().position(|c| c.eq_ignore_ascii_case(name));
            *place = found.ok_or(Unreadable::NoColumn(part, name))?;
        }
        Ok(Self { part, names, at, rows })
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'a, N>> + '_ {
        self.rows.cells.iter().map(|cells| Row { part: self.part, names: self.names, at: self.at, cells })
    }
}

impl<'a, const N: usize> Row<'a, N> {
    pub(crate) fn optional(&self, n: usize) -> Result<Option<&'a str>, Unreadable> {
        self.cells.get(self.at[n]).map(Option::as_deref).ok_or(Unreadable::ShortRow(self.part))
    }

    pub(crate) fn text(&self, n: usize) -> Result<&'a str, Unreadable> {
        self.optional(n)?.ok_or(Unreadable::NoValue(self.part, self.names[n]))
    }

    pub(crate) fn name(&self, n: usize) -> Result<Ident, Unreadable> {
        Ident::new(self.text(n)?).map_err(|bad| Unreadable::Name(self.part, bad))
    }

    pub(crate) fn number(&self, n: usize) -> Result<i64, Unreadable> {
        let text = self.text(n)?;
        text.trim().parse().map_err(|_| self.unknown(n, text))
    }

    pub(crate) fn boolean(&self, n: usize) -> Result<bool, Unreadable> {
        match self.text(n)? {
            "t" | "true" | "True" => Ok(true),
            "f" | "false" | "False" => Ok(false),
            other => Err(self.unknown(n, other)),
        }
    }

    pub(crate) fn unknown(&self, n: usize, value: &str) -> Unreadable {
        Unreadable::Value(self.part, self.names[n], value.to_owned())
    }
}
