//! `approve`: what somebody says yes to.

use std::fmt::Write as _;

use cloister_crds::RedshiftSchema;
use cloister_crds::schema::DestructiveChanges;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub hash: String,
    /// The plan, for people.
    pub text: String,
}

/// The plan that awaits approval, or why there is none.
pub fn proposal(schema: &RedshiftSchema) -> Result<Proposal, String> {
    let name = schema.metadata.name.as_deref().unwrap_or_default();
    let status = schema.status.as_ref();
    if status.is_none_or(|status| Some(status.common.observed_generation) != schema.metadata.generation) {
        return Err(format!(
            "the operator has not looked at what RedshiftSchema {name} declares now: wait some seconds, and try again"
        ));
    }
    let plan = status.and_then(|status| status.plan.as_ref());
    let Some((plan, hash)) = plan.and_then(|plan| Some((plan, plan.hash.clone()?))) else {
        return Err(format!(
            "nothing of RedshiftSchema {name} awaits approval: no change that is to be made loses data"
        ));
    };
    if schema.spec.destructive_changes != DestructiveChanges::RequireApproval {
        let policy = schema.spec.destructive_changes;
        return Err(format!(
            "destructiveChanges of RedshiftSchema {name} is {policy:?}, so approving changes nothing: set it to RequireApproval first"
        ));
    }
    let mut text = format!("RedshiftSchema {name}, plan {hash}\n");
    let mut list = |title: &str, items: &[String]| {
        if !items.is_empty() {
            let _ = writeln!(text, "{title}:");
            for item in items {
                let _ = writeln!(text, "  {item}");
            }
        }
    };
    list("loses data, in this order", &plan.destructive);
    list("done in any case", &plan.changes);
    let (to_approve, held): (Vec<String>, Vec<String>) =
        plan.blocked.iter().cloned().partition(|held| held.contains(&hash));
    list("awaits approval", &to_approve.iter().map(|held| title(held)).collect::<Vec<_>>());
    list("held back for another reason", &held);
    Ok(Proposal { hash, text })
}

fn title(held: &str) -> String {
    held.split(" would lose data").next().unwrap_or(held).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn schema(policy: &str, plan: &Value) -> RedshiftSchema {
        let value = json!({
            "apiVersion": "cloister.dev/v1alpha1", "kind": "RedshiftSchema",
            "metadata": { "name": "claims", "generation": 2 },
            "spec": { "destructiveChanges": policy },
            "status": { "observedGeneration": 2, "plan": plan },
        });
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_plan_is_shown_with_its_sql() {
        let plan = json!({
            "hash": "0a1b", "changes": ["create table visits"],
            "destructive": ["DROP TABLE \"claims\".\"old\""],
            "blocked": ["drop table old, which is no longer declared would lose data and is not done: set approvedPlan to \"0a1b\" to approve it"],
        });
        let found = proposal(&schema("RequireApproval", &plan)).unwrap();
        let text = "\
RedshiftSchema claims, plan 0a1b
loses data, in this order:
  DROP TABLE \"claims\".\"old\"
done in any case:
  create table visits
awaits approval:
  drop table old, which is no longer declared
";
        assert_eq!((found.hash.as_str(), found.text.as_str()), ("0a1b", text));
        let denied = proposal(&schema("Deny", &plan)).unwrap_err();
        assert_eq!(
            denied,
            "destructiveChanges of RedshiftSchema claims is Deny, so approving changes nothing: set it to RequireApproval first"
        );
        let nothing = proposal(&schema("RequireApproval", &Value::Null)).unwrap_err();
        assert_eq!(
            nothing,
            "nothing of RedshiftSchema claims awaits approval: no change that is to be made loses data"
        );
    }
}
