//! Reading what AWS holds, whatever shape it was written in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Document, Effect, Statement, condition_key};

type Set = BTreeSet<String>;

impl Document {
    /// Reads AWS's JSON. `None` where it is no policy document, which then counts as different from any.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let statements = match value.get("Statement")? {
            Value::Array(many) => many.iter().collect(),
            one => vec![one],
        };
        let mut read = BTreeMap::new();
        for (n, statement) in statements.into_iter().enumerate() {
            let sid = statement.get("Sid").and_then(Value::as_str).filter(|s| !s.is_empty());
            let sid = sid.map_or_else(|| format!("#{n}"), str::to_owned);
            let key = if read.contains_key(&sid) { format!("{sid}#{n}") } else { sid };
            read.insert(key, Statement::read(statement)?);
        }
        Some(Self(read))
    }
}

impl Statement {
    fn read(value: &Value) -> Option<Self> {
        let mut effect = None;
        let mut read = Self::new(Effect::Deny, Vec::<String>::new());
        for (key, part) in value.as_object()? {
            match key.as_str() {
                "Sid" => {}
                "Effect" => {
                    effect = match part.as_str()? {
                        "Allow" => Some(Effect::Allow),
                        "Deny" => Some(Effect::Deny),
                        _ => None,
                    };
                }
                "Action" => read.action = one_or_many(part),
                "Resource" => read.resource = one_or_many(part),
                "Principal" => read.principal = principals(part),
                "Condition" => read.condition = conditions(part)?,
                _ => {
                    read.other.insert(key.clone(), part.clone());
                }
            }
        }
        read.effect = effect?;
        Some(read)
    }
}

fn one_or_many(value: &Value) -> Set {
    match value {
        Value::Array(many) => many.iter().map(scalar).collect(),
        one => Set::from([scalar(one)]),
    }
}

/// `true` and `"true"` are the same to IAM.
fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `"*"` and `{"AWS": "*"}` mean the same; the root of an account means its id.
fn principals(value: &Value) -> BTreeMap<String, Set> {
    match value {
        Value::Object(kinds) => kinds.iter().map(|(k, v)| (k.clone(), accounts(k, one_or_many(v)))).collect(),
        other => BTreeMap::from([("AWS".to_owned(), one_or_many(other))]),
    }
}

fn accounts(kind: &str, who: Set) -> Set {
    if kind == "AWS" { who.into_iter().map(account_or_arn).collect() } else { who }
}

/// The root of an account stands for the account, in whichever partition.
pub(super) fn account_or_arn(principal: String) -> String {
    let parts: Vec<&str> = principal.split(':').collect();
    match parts[..] {
        ["arn", _, "iam", "", account, "root"] => account.to_owned(),
        _ => principal,
    }
}

fn conditions(value: &Value) -> Option<BTreeMap<String, BTreeMap<String, Set>>> {
    let mut read = BTreeMap::new();
    for (operator, keys) in value.as_object()? {
        let keys = keys.as_object()?;
        let keys = keys.iter().map(|(k, v)| (condition_key(k), one_or_many(v))).collect();
        read.insert(operator.clone(), keys);
    }
    Some(read)
}
