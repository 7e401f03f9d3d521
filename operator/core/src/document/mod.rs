//! IAM policy documents, compared by meaning: the order of statements, actions and values, and the
//! difference between one string and a list of one, do not count.
//! Grammar: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

mod read;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

type Set = BTreeSet<String>;

/// A policy document with its statements by Sid; a statement without one is `#n`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Document(pub BTreeMap<String, Statement>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    pub effect: Effect,
    /// `AWS`, `Service`, `Federated` or `*` -> who. Empty in identity policies.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub principal: BTreeMap<String, Set>,
    pub action: Set,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub resource: Set,
    /// Operator -> key -> values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub condition: BTreeMap<String, BTreeMap<String, Set>>,
    /// Parts that Cloister never writes, such as `NotAction`, kept so that they show as drift.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub other: BTreeMap<String, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Effect {
    Allow,
    Deny,
}

fn set<I: IntoIterator<Item = S>, S: Into<String>>(items: I) -> Set {
    items.into_iter().map(Into::into).collect()
}

impl Statement {
    fn new<S: Into<String>>(effect: Effect, actions: impl IntoIterator<Item = S>) -> Self {
        Self {
            effect,
            principal: BTreeMap::new(),
            action: set(actions),
            resource: Set::new(),
            condition: BTreeMap::new(),
            other: BTreeMap::new(),
        }
    }

    #[must_use]
    pub fn allow<S: Into<String>>(actions: impl IntoIterator<Item = S>) -> Self {
        Self::new(Effect::Allow, actions)
    }

    #[must_use]
    pub fn deny<S: Into<String>>(actions: impl IntoIterator<Item = S>) -> Self {
        Self::new(Effect::Deny, actions)
    }

    /// `kind` is `AWS`, `Service` or `Federated`.
    #[must_use]
    pub fn principal(mut self, kind: &str, who: impl Into<String>) -> Self {
        let who = if kind == "AWS" { read::account_or_arn(who.into()) } else { who.into() };
        self.principal.entry(kind.into()).or_default().insert(who);
        self
    }

    #[must_use]
    pub fn anyone(self) -> Self {
        self.principal("AWS", "*")
    }

    #[must_use]
    pub fn on<S: Into<String>>(mut self, resources: impl IntoIterator<Item = S>) -> Self {
        self.resource = set(resources);
        self
    }

    #[must_use]
    pub fn when<S: Into<String>>(
        mut self,
        operator: &str,
        key: &str,
        values: impl IntoIterator<Item = S>,
    ) -> Self {
        self.condition.entry(operator.into()).or_default().insert(condition_key(key), set(values));
        self
    }

    fn render(&self, sid: &str) -> Value {
        let mut out = json!({ "Effect": self.effect, "Action": self.action });
        if !sid.starts_with('#') {
            out["Sid"] = json!(sid);
        }
        if !self.principal.is_empty() {
            out["Principal"] = json!(self.principal);
        }
        if !self.resource.is_empty() {
            out["Resource"] = json!(self.resource);
        }
        if !self.condition.is_empty() {
            out["Condition"] = json!(self.condition);
        }
        for (key, value) in &self.other {
            out[key] = value.clone();
        }
        out
    }
}

impl Document {
    #[must_use]
    pub fn new<const N: usize>(statements: [(&str, Statement); N]) -> Self {
        Self(statements.into_iter().map(|(sid, s)| (sid.to_owned(), s)).collect())
    }

    /// The JSON that AWS takes.
    #[must_use]
    pub fn render(&self) -> String {
        let statements: Vec<Value> = self.0.iter().map(|(sid, s)| s.render(sid)).collect();
        json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
    }
}

/// The condition keys that Cloister writes, in AWS's spelling.
const KEYS: [&str; 25] = [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalTag/cloister-purpose",
    "aws:PrincipalTag/cloister.dev/owner-uid",
    "aws:RequestedRegion",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIdentity",
    "aws:TokenIssueTime",
    "iam:PassedToService",
    "kms:CallerAccount",
    "kms:EncryptionContext:aws:cloudtrail:arn",
    "kms:EncryptionContext:aws:s3:arn",
    "kms:GrantIsForAWSResource",
    "kms:ViaService",
    "s3:ObjectCreationOperation",
    "s3:TlsVersion",
    "s3:if-none-match",
    "s3:prefix",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "sts:ExternalId",
];

/// IAM compares condition keys without regard to case.
fn condition_key(key: &str) -> String {
    let known = KEYS.iter().find(|k| k.eq_ignore_ascii_case(key));
    known.map_or_else(|| key.to_ascii_lowercase(), |k| (*k).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meaning_not_text_is_compared() {
        let ours = Document::new([(
            "Tls",
            Statement::deny(["s3:*"]).anyone().on(["b", "a"]).when("Bool", "aws:SecureTransport", ["false"]),
        )]);
        let theirs = r#"{"Version":"2012-10-17","Statement":{"Sid":"Tls","Effect":"Deny","Principal":"*",
            "Action":"s3:*","Resource":["a","b"],"Condition":{"Bool":{"AWS:SecureTransport":false}}}}"#;
        assert_eq!(Document::parse(theirs), Some(ours));
    }

    #[test]
    fn what_is_rendered_reads_back_the_same() {
        let document = Document::new([
            (
                "A",
                Statement::allow(["kms:Decrypt"])
                    .principal("AWS", "arn:aws:iam::222222222222:root")
                    .on(["*"]),
            ),
            ("B", Statement::deny(["s3:PutObject"]).anyone().on(["x"])),
        ]);
        assert_eq!(Document::parse(&document.render()), Some(document));
    }

    #[test]
    fn a_part_that_we_never_write_shows_as_a_difference() {
        let text = r#"{"Statement":[{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}]}"#;
        let read = Document::parse(text).unwrap_or_default();
        assert!(read.0["#0"].other.contains_key("NotAction"));
        assert_eq!(Document::parse("[]"), None);
    }
}
