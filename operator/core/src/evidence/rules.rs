//! What safeguards demand of policy documents, whoever wrote them.

use serde_json::Value;

/// A demand that takes more than a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub says: &'static str,
    /// Of a value as it is in an account.
    pub holds: fn(&Value, account: &str) -> bool,
}

pub(super) const NO_FOREIGN_ACCOUNT: Rule =
    Rule { says: "allows no principal of another account", holds: allows_own_account_only };

pub(super) const NOT_PUBLIC: Rule =
    Rule { says: "allows neither everybody nor another account", holds: allows_own_account_only };

pub(super) const KEYS_BY_ARN: Rule =
    Rule { says: "allows no decryption with every key", holds: decrypts_with_named_keys_only };

pub(super) const NO_FULL_ACCESS: Rule =
    Rule { says: "allows no whole service on every resource", holds: allows_no_whole_service };

pub(super) const OWN_ADMIN: Rule = Rule { says: "not awsuser", holds: |value, _| is_other(value, "awsuser") };

pub(super) const OWN_DATABASE: Rule = Rule { says: "not dev", holds: |value, _| is_other(value, "dev") };

/// As S3's audit bucket keeps records: 45 CFR 164.316(b)(2)(i).
pub(super) const KEPT_SIX_YEARS: Rule =
    Rule { says: "at least 2192, or never expired", holds: |value, _| is_kept_six_years(value) };

pub(super) const NONE_TOO_OLD: Rule =
    Rule { says: "none older than limitHours", holds: |value, _| super::nodes::none_is_too_old(value) };

pub(super) const ANY_KMS_KEY: Rule = Rule {
    says: "a KMS key",
    holds: |value, _| value.as_str().is_some_and(|key| key.split(':').nth(2) == Some("kms")),
};

fn is_kept_six_years(days: &Value) -> bool {
    days.as_i64().is_some_and(|days| days >= 2192) || *days == super::cluster_log::NEVER_EXPIRED
}

fn is_other(value: &Value, default: &str) -> bool {
    value.as_str().is_some_and(|name| !name.is_empty() && name != default)
}

/// The statements that allow something, if it is a document at all.
fn allowing(document: &Value) -> Option<Vec<&Value>> {
    let statements = document.as_object()?;
    Some(statements.values().filter(|statement| statement["effect"] == "Allow").collect())
}

fn texts<'a>(statement: &'a Value, part: &str) -> Vec<&'a str> {
    statement[part].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// `NotPrincipal`, `NotAction` and `NotResource` allow what nobody has listed.
fn says_what_it_means(statement: &Value) -> bool {
    statement.get("other").is_none()
}

/// AWS's services may be principals; people and roles only of this account. What is read has the root of an account as
/// the account's id.
fn allows_own_account_only(document: &Value, account: &str) -> bool {
    let own = |principal: &str| principal == account || principal.split(':').nth(4) == Some(account);
    let closed = |statement: &&Value| {
        let principal = &statement["principal"];
        let whole = principal
            .as_object()
            .is_some_and(|kinds| kinds.keys().all(|kind| kind == "AWS" || kind == "Service"));
        whole && says_what_it_means(statement) && texts(principal, "AWS").into_iter().all(own)
    };
    allowing(document).is_some_and(|all| all.iter().all(closed))
}

fn decrypts_with_named_keys_only(document: &Value, _: &str) -> bool {
    let decrypts = |action: &str| {
        let action = action.to_ascii_lowercase();
        ["*", "kms:*", "kms:d*", "kms:decrypt", "kms:decrypt*"].contains(&&*action)
            || action.starts_with("kms:reencrypt")
    };
    let every = |resource: &str| resource == "*" || resource.ends_with(":*") || resource.ends_with("key/*");
    let narrow = |statement: &&Value| {
        let broad = texts(statement, "action").into_iter().any(decrypts)
            && texts(statement, "resource").into_iter().any(every);
        says_what_it_means(statement) && !broad
    };
    allowing(document).is_some_and(|all| all.iter().all(narrow))
}

/// A permission boundary allows whole services, but only under a condition; it grants nothing by itself.
fn allows_no_whole_service(document: &Value, _: &str) -> bool {
    let whole = |action: &str| action == "*" || action.ends_with(":*");
    let narrow = |statement: &&Value| {
        let actions = texts(statement, "action");
        let everywhere = texts(statement, "resource").contains(&"*") && statement.get("condition").is_none();
        let all = actions.contains(&"*") || (everywhere && actions.into_iter().any(whole));
        says_what_it_means(statement) && !all
    };
    allowing(document).is_some_and(|all| all.iter().all(narrow))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    const OURS: &str = "222222222222";

    fn read(statement: &str) -> Value {
        let document = Document::parse(&format!(r#"{{"Statement":[{statement}]}}"#));
        serde_json::to_value(document).unwrap_or_default()
    }

    fn holds(rule: Rule, statement: &str) -> bool {
        (rule.holds)(&read(statement), OURS)
    }

    #[test]
    fn only_the_account_and_services_are_let_in() {
        let allow = |principal: &str| {
            let statement =
                format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"s3:*","Resource":"*"}}"#);
            holds(NO_FOREIGN_ACCOUNT, &statement)
        };
        assert!(allow(r#"{"AWS":"arn:aws:iam::222222222222:root"}"#));
        assert!(allow(r#"{"AWS":"arn:aws:iam::222222222222:role/cloister/x"}"#));
        assert!(allow(r#"{"Service":"s3.amazonaws.com"}"#));
        assert!(!allow(r#"{"AWS":"arn:aws:iam::333333333333:root"}"#));
        assert!(!allow(r#"{"AWS":"arn:aws:sts::333333333333:assumed-role/x/y"}"#));
        assert!(!allow(r#""*""#));
        assert!(!allow(r#"{"Federated":"accounts.example"}"#));
        assert!(!holds(
            NOT_PUBLIC,
            r#"{"Effect":"Allow","NotPrincipal":{"AWS":"x"},"Action":"s3:*","Resource":"*"}"#
        ));
    }

    #[test]
    fn decryption_with_every_key_is_seen_however_it_is_written() {
        let allow = |action: &str, resource: &str| {
            let statement = format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}"#);
            holds(KEYS_BY_ARN, &statement)
        };
        assert!(allow("kms:Decrypt", "arn:aws:kms:us-east-1:222222222222:key/1"));
        assert!(allow("kms:DescribeKey", "*"));
        for broad in ["kms:Decrypt", "kms:*", "*", "kms:ReEncrypt*", "KMS:decrypt"] {
            assert!(!allow(broad, "*"), "{broad}");
            assert!(!allow(broad, "arn:aws:kms:us-east-1:222222222222:key/*"), "{broad}");
        }
    }

    #[test]
    fn a_whole_service_everywhere_is_too_much() {
        assert!(holds(NO_FULL_ACCESS, r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::x"}"#));
        assert!(holds(NO_FULL_ACCESS, r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#));
        assert!(!holds(NO_FULL_ACCESS, r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#));
        assert!(!holds(NO_FULL_ACCESS, r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::x"}"#));
        assert!(!holds(NO_FULL_ACCESS, r#"{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}"#));
    }

    #[test]
    fn what_is_no_document_passes_nothing() {
        let all = [NO_FOREIGN_ACCOUNT, NOT_PUBLIC, KEYS_BY_ARN, NO_FULL_ACCESS, OWN_ADMIN, OWN_DATABASE];
        for rule in all.into_iter().chain([KEPT_SIX_YEARS, ANY_KMS_KEY, NONE_TOO_OLD]) {
            assert!(!(rule.holds)(&Value::Null, OURS), "{}", rule.says);
        }
    }
}
