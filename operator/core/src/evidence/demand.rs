//! What a safeguard demands of one field.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::Part;
use super::rules::Rule;
use crate::resource::ResourceId;

/// One field of one kind of resource, and what it must be.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Demand {
    pub of: Of,
    /// Id of the resource; `*` stands for any text.
    pub resource: &'static str,
    /// Dotted path of the managed field; `*` stands for every key of a map, of which there must be one, and at the end of a
    /// key for the rest of it.
    pub field: &'static str,
    #[serde(rename = "wanted")]
    pub test: Test,
    /// It is made only where this is declared, beside what the whole safeguard is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
}

/// Whose resources are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Of {
    Tenant,
    Environment,
    Either,
}

/// What the safeguard demands of a value. Only what no manifest can weaken is compared with what is declared alone.
#[derive(Clone, Copy, Debug)]
pub enum Test {
    True,
    False,
    Is(&'static str),
    OneOf(&'static [&'static str]),
    AtLeast(i64),
    Within(i64, i64),
    /// No less than what is declared, and no less than this.
    AtLeastDeclared(i64),
    /// No more than what is declared, and there.
    AtMostDeclared,
    Contains(&'static [&'static str]),
    Empty,
    Declared,
    /// As declared, and not there where nothing is declared.
    DeclaredOrNone,
    /// As declared, but what it is may be a secret of whoever changed it, and is not shown.
    DeclaredUnseen,
    Rule(Rule),
}

impl Demand {
    pub(super) const fn with(self, part: Part) -> Self {
        Self { part: Some(part), ..self }
    }

    #[must_use]
    pub fn is_about(&self, of: Of, id: &ResourceId) -> bool {
        self.is_about_any(of, &id.to_string())
    }

    /// The same of what is no resource.
    pub(super) fn is_about_any(&self, of: Of, id: &str) -> bool {
        let owner = self.of == Of::Either || self.of == of;
        owner && matches(self.resource, id)
    }
}

impl Test {
    /// Whether a value passes, in an account, where `want` is what is declared.
    #[must_use]
    pub fn holds(&self, have: &Value, want: &Value, account: &str) -> bool {
        let is_at_least = |least: i64| have.as_i64().is_some_and(|have| have >= least);
        match self {
            Self::True => *have == Value::Bool(true),
            Self::False => *have == Value::Bool(false),
            Self::Is(what) => have.as_str() == Some(what),
            Self::OneOf(all) => have.as_str().is_some_and(|have| all.contains(&have)),
            Self::AtLeast(least) => is_at_least(*least),
            Self::Within(least, most) => have.as_i64().is_some_and(|have| (*least..=*most).contains(&have)),
            Self::AtLeastDeclared(least) => want.as_i64().is_some_and(|want| is_at_least(want.max(*least))),
            Self::AtMostDeclared => match (have.as_i64(), want.as_i64()) {
                (Some(have), Some(want)) => (1..=want).contains(&have),
                _ => false,
            },
            Self::Contains(all) => {
                have.as_array().is_some_and(|have| all.iter().all(|one| have.contains(&json!(one))))
            }
            Self::Empty => have.as_array().is_some_and(Vec::is_empty),
            Self::Declared | Self::DeclaredUnseen => !have.is_null() && have == want,
            Self::DeclaredOrNone => have == want,
            Self::Rule(rule) => (rule.holds)(have, account),
        }
    }

    /// What is wanted, to be shown beside what is there.
    #[must_use]
    pub fn wanted(&self, want: &Value) -> Value {
        match self {
            Self::Declared if !want.is_null() => want.clone(),
            Self::DeclaredOrNone if want.is_null() => json!("nothing"),
            Self::DeclaredOrNone => want.clone(),
            Self::AtLeastDeclared(least) => match want.as_i64() {
                Some(want) => Self::AtLeast(want.max(*least)).demand(),
                None => self.demand(),
            },
            Self::AtMostDeclared => match want.as_i64() {
                Some(want) => Self::Within(1, want).demand(),
                None => self.demand(),
            },
            _ => self.demand(),
        }
    }

    /// What is wanted, whatever is declared.
    #[must_use]
    pub fn demand(&self) -> Value {
        match self {
            Self::True => json!(true),
            Self::False => json!(false),
            Self::Is(what) => json!(what),
            Self::OneOf(all) => json!(format!("one of {}", all.join(", "))),
            Self::AtLeast(least) => json!(format!("at least {least}")),
            Self::Within(least, most) => json!(format!("{least} to {most}")),
            Self::AtLeastDeclared(least) => json!(format!("at least {least}, and at least as declared")),
            Self::AtMostDeclared => json!("at most as declared"),
            Self::Contains(all) => json!(all),
            Self::Empty => json!([]),
            Self::Declared | Self::DeclaredUnseen => json!("as declared"),
            Self::DeclaredOrNone => json!("as declared, or nothing"),
            Self::Rule(rule) => json!(rule.says),
        }
    }

    /// A value as the report may show it.
    #[must_use]
    pub fn shown(&self, have: &Value, holds: bool) -> Value {
        match self {
            Self::DeclaredUnseen => json!(if holds { "as declared" } else { "not as declared" }),
            _ => have.clone(),
        }
    }
}

impl Serialize for Test {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.demand().serialize(serializer)
    }
}

const fn demand(of: Of, resource: &'static str, field: &'static str, test: Test) -> Demand {
    Demand { of, resource, field, test, part: None }
}

/// Whether a text is as a pattern says, in which `*` stands for any text.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(head) else { return false };
    (0..=text.len()).any(|at| text.is_char_boundary(at) && matches(rest, &text[at..]))
}

/// Of the tenant's own resources.
pub(super) const fn own(resource: &'static str, field: &'static str, test: Test) -> Demand {
    demand(Of::Tenant, resource, field, test)
}

/// Of its Environment's, where that part is declared.
pub(super) const fn home_of(part: Part, resource: &'static str, field: &'static str, test: Test) -> Demand {
    Demand { part: Some(part), ..home(resource, field, test) }
}

/// Of its Environment's.
pub(super) const fn home(resource: &'static str, field: &'static str, test: Test) -> Demand {
    demand(Of::Environment, resource, field, test)
}

/// Of the tenant's and of its Environment's.
pub(super) const fn any(resource: &'static str, field: &'static str, test: Test) -> Demand {
    demand(Of::Either, resource, field, test)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(
            matches("*kms-key/*", "kms-key/alias/x") && matches("*kms-key/*", "recovery-kms-key/alias/x")
        );
        assert!(matches("iam-policy/*-node", "iam-policy/cloister-x-node"));
        assert!(!matches("iam-policy/*-node", "iam-policy/cloister-node-etl"));
        assert!(!matches("s3-bucket/*", "s3-buckets/x") && !matches("s3-bucket/x", "s3-bucket/xy"));
    }
}
