use std::fmt::{self, Write as _};

use super::name::{Ident, Relation};

/// Text of a statement in the making. Fixed words are `&'static str`; whatever comes from outside goes
/// through `ident` or `literal`.
#[derive(Default)]
pub(crate) struct Writer(String);

impl Writer {
    pub(crate) fn words(&mut self, words: &'static str) -> &mut Self {
        self.0.push_str(words);
        self
    }

    /// A delimited identifier: <https://docs.aws.amazon.com/redshift/latest/dg/r_names.html>
    pub(crate) fn ident(&mut self, name: &Ident) -> &mut Self {
        self.quoted(name.as_str(), '"', |c| c == '"')
    }

    pub(crate) fn relation(&mut self, relation: &Relation) -> &mut Self {
        self.ident(&relation.schema).words(".").ident(&relation.name)
    }

    /// A string literal. Redshift reads a backslash as an escape, so it is doubled too.
    pub(crate) fn literal(&mut self, text: &str) -> &mut Self {
        self.quoted(text, '\'', |c| c == '\'' || c == '\\')
    }

    pub(crate) fn number(&mut self, number: i64) -> &mut Self {
        // Writing to a String cannot fail.
        let _ = write!(self.0, "{number}");
        self
    }

    /// A number that may have a sign and a point; anything else is left out.
    pub(crate) fn digits(&mut self, digits: &str) -> &mut Self {
        self.0.extend(digits.chars().filter(|c| c.is_ascii_digit() || "-.".contains(*c)));
        self
    }

    /// What a type of this crate writes: names of types, privileges and numbers, never a text from outside.
    pub(crate) fn known(&mut self, known: &impl Known) -> &mut Self {
        let _ = write!(self.0, "{known}");
        self
    }

    pub(crate) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (n, item) in items.into_iter().enumerate() {
            if n > 0 {
                self.words(", ");
            }
            each(self, item);
        }
        self
    }

    pub(crate) fn idents<'a>(&mut self, names: impl IntoIterator<Item = &'a Ident>) -> &mut Self {
        self.words("(").list(names, |w, name| {
            w.ident(name);
        });
        self.words(")")
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }

    fn quoted(&mut self, text: &str, mark: char, doubled: impl Fn(char) -> bool) -> &mut Self {
        self.0.push(mark);
        for c in text.chars() {
            if doubled(c) {
                self.0.push(c);
            }
            self.0.push(c);
        }
        self.0.push(mark);
        self
    }
}

/// Displays itself in words of SQL alone.
pub(crate) trait Known: fmt::Display {}
