use std::fmt;

use serde::Serialize;

/// A name in Redshift: 1 to 127 bytes of UTF-8, printable. Quoted wherever it is written, so that reserved
/// words, quotes and spaces are names like others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Ident(String);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadName {
    Empty,
    TooLong { bytes: usize },
    Unprintable,
}

impl Ident {
    pub const MAX_BYTES: usize = 127;

    pub fn new(name: impl Into<String>) -> Result<Self, BadName> {
        let name = name.into();
        match name.len() {
            0 => Err(BadName::Empty),
            bytes if bytes > Self::MAX_BYTES => Err(BadName::TooLong { bytes }),
            _ if name.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) => {
                Err(BadName::Unprintable)
            }
            _ => Ok(Self(name)),
        }
    }

    /// A name that this crate writes itself.
    pub(crate) fn fixed(name: &'static str) -> Self {
        Self(name.to_owned())
    }

    /// This name with another ending, cut at a character so that it fits.
    pub(crate) fn with_suffix(&self, suffix: &'static str) -> Self {
        let mut end = self.0.len().min(Self::MAX_BYTES - suffix.len());
        while !self.0.is_char_boundary(end) {
            end -= 1;
        }
        Self(format!("{}{suffix}", &self.0[..end]))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty: Redshift's names have 1 to 127 bytes"),
            Self::TooLong { bytes } => write!(f, "has {bytes} bytes: Redshift's names have at most 127"),
            Self::Unprintable => f.write_str("holds a control character: Redshift's names are printable"),
        }
    }
}

impl std::error::Error for BadName {}

/// A table or view in a schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Relation {
    pub schema: Ident,
    pub name: Ident,
}

impl Relation {
    #[must_use]
    pub fn new(schema: &Ident, name: &Ident) -> Self {
        Self { schema: schema.clone(), name: name.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::{BadName, Ident};

    #[test]
    fn what_redshift_cannot_hold_is_no_name() {
        assert_eq!(Ident::new(""), Err(BadName::Empty));
        assert_eq!(Ident::new("é".repeat(64)), Err(BadName::TooLong { bytes: 128 }));
        assert_eq!(Ident::new("a\0b"), Err(BadName::Unprintable));
        assert!(Ident::new("é".repeat(63)).is_ok());
        assert!(Ident::new("drop table \"x\"; --").is_ok());
    }

    #[test]
    fn a_suffix_fits_and_cuts_no_character() {
        let long = Ident::new("é".repeat(63)).unwrap();
        let cut = long.with_suffix("_pkey");
        assert_eq!(cut.as_str(), format!("{}_pkey", "é".repeat(61)));
    }
}
