//! The session table. Reads are consistent: a session that was ended elsewhere must not go on here.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{Session, millis};
use crate::metrics::Metrics;

/// The table did not answer, so nobody is let in.
#[derive(Debug, thiserror::Error)]
#[error("{0} of the session table failed: {1}")]
pub struct Unreachable(&'static str, String);

type Item = HashMap<String, AttributeValue>;

pub struct Table {
    client: Client,
    name: String,
    metrics: Arc<Metrics>,
}

const CONDITION: &str = "ConditionalCheckFailedException";
/// What has expired stays a little longer, so that its end is told as such.
const TIDY: u64 = 3600;

impl Table {
    #[must_use]
    pub fn new(client: Client, name: String, metrics: Arc<Metrics>) -> Self {
        Self { client, name, metrics }
    }

    pub async fn session(&self, id: &str) -> Result<Option<Session>, Unreachable> {
        Ok(self.get(&format!("s#{id}")).await?.and_then(|item| session(id, &item)))
    }

    pub async fn begin(&self, session: &Session, absolute: Duration) -> Result<(), Unreachable> {
        let list = |all: &[String]| AttributeValue::L(all.iter().cloned().map(AttributeValue::S).collect());
        let request = self.client.put_item().table_name(&self.name);
        let request = request.item("id", AttributeValue::S(format!("s#{}", session.id)));
        let request = request.item("user", AttributeValue::S(session.user.clone()));
        let request = request.item("name", AttributeValue::S(session.name.clone()));
        let request = request.item("groups", list(&session.groups)).item("keys", list(&session.keys));
        let request = request.item("begun", number(session.begun)).item("seen", number(session.seen));
        let request = request.item("expires", expires(session.begun, absolute));
        let sent = request.condition_expression("attribute_not_exists(id)").send().await;
        self.done("PutItem", sent).map(drop)
    }

    /// False where there is no such session any more.
    pub async fn touch(&self, id: &str, seen: u64) -> Result<bool, Unreachable> {
        let request = self.client.update_item().table_name(&self.name).key("id", text(format!("s#{id}")));
        let request =
            request.update_expression("SET seen = :seen").condition_expression("attribute_exists(id)");
        let sent = request.expression_attribute_values(":seen", number(seen)).send().await;
        self.conditional("UpdateItem", sent).map(|done| done.is_some())
    }

    pub async fn end(&self, id: &str) -> Result<(), Unreachable> {
        let request = self.client.delete_item().table_name(&self.name).key("id", text(format!("s#{id}")));
        self.done("DeleteItem", request.send().await).map(drop)
    }

    /// Sessions of this key that began up to then are void. Zero where there is nothing to that effect.
    pub async fn not_before(&self, key: &str) -> Result<u64, Unreachable> {
        Ok(self.get(&format!("u#{key}")).await?.and_then(|item| of(&item, "notBefore")).unwrap_or(0))
    }

    pub async fn end_all(&self, key: &str, now: u64, absolute: Duration) -> Result<(), Unreachable> {
        let request = self.client.update_item().table_name(&self.name).key("id", text(format!("u#{key}")));
        let request = request
            .update_expression("SET notBefore = :now, expires = :expires")
            .condition_expression("attribute_not_exists(id) OR notBefore < :now");
        let request = request.expression_attribute_values(":now", number(now));
        let sent = request.expression_attribute_values(":expires", expires(now, absolute)).send().await;
        // Where the condition fails, later ones are void already.
        self.conditional("UpdateItem", sent).map(drop)
    }

    /// Until when a key of the lockout is locked out.
    pub async fn locked_until(&self, key: &str) -> Result<u64, Unreachable> {
        Ok(self.get(&format!("k#{key}")).await?.and_then(|item| of(&item, "until")).unwrap_or(0))
    }

    /// One failure more; answers how many there are in the window.
    pub async fn failed(&self, key: &str, now: u64, window: Duration) -> Result<u64, Unreachable> {
        let id = text(format!("k#{key}"));
        let begun = number(now.saturating_sub(millis(window)));
        let request = self.client.update_item().table_name(&self.name).key("id", id.clone());
        let request = request.update_expression("ADD failures :one").condition_expression("begun > :begun");
        let request = request.expression_attribute_values(":one", number(1));
        let request = request.expression_attribute_values(":begun", begun);
        let request = request.return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew);
        let sent = self.conditional("UpdateItem", request.send().await)?;
        if let Some(answer) = sent {
            return Ok(answer.attributes.and_then(|item| of(&item, "failures")).unwrap_or(1));
        }
        // Of two that begin a window at once one is not counted.
        let request = self.client.update_item().table_name(&self.name).key("id", id);
        let request = request.update_expression("SET failures = :one, begun = :now, expires = :expires");
        let request = request.expression_attribute_values(":one", number(1));
        let request = request.expression_attribute_values(":now", number(now));
        let request = request.expression_attribute_values(":expires", expires(now, window));
        self.done("UpdateItem", request.send().await).map(|_| 1)
    }

    pub async fn lock(&self, key: &str, until: u64) -> Result<(), Unreachable> {
        let request = self.client.update_item().table_name(&self.name).key("id", text(format!("k#{key}")));
        let request = request.update_expression("SET #until = :until, expires = :expires");
        let request = request.expression_attribute_names("#until", "until");
        let request = request.expression_attribute_values(":until", number(until));
        let request = request.expression_attribute_values(":expires", expires(until, Duration::ZERO));
        self.done("UpdateItem", request.send().await).map(drop)
    }

    /// Whether it can be read at all.
    pub async fn is_reachable(&self) -> bool {
        self.get("k#ready").await.is_ok()
    }

    async fn get(&self, id: &str) -> Result<Option<Item>, Unreachable> {
        let request = self.client.get_item().table_name(&self.name).key("id", text(id.to_owned()));
        Ok(self.done("GetItem", request.consistent_read(true).send().await)?.item)
    }

    fn done<T, E: ProvideErrorMetadata>(
        &self,
        operation: &'static str,
        sent: Result<T, SdkError<E, HttpResponse>>,
    ) -> Result<T, Unreachable> {
        sent.map_err(|error| {
            let code = error.code().unwrap_or("NoAnswer").to_owned();
            self.metrics.called(operation, Some(&code));
            Unreachable(operation, code)
        })
        .inspect(|_| self.metrics.called(operation, None))
    }

    /// None where the condition did not hold.
    fn conditional<T, E: ProvideErrorMetadata>(
        &self,
        operation: &'static str,
        sent: Result<T, SdkError<E, HttpResponse>>,
    ) -> Result<Option<T>, Unreachable> {
        match sent {
            Err(error) if error.code() == Some(CONDITION) => {
                self.metrics.called(operation, None);
                Ok(None)
            }
            sent => self.done(operation, sent).map(Some),
        }
    }
}

fn text(text: String) -> AttributeValue {
    AttributeValue::S(text)
}

fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// In seconds: by it DynamoDB tidies up, and nobody decides.
fn expires(since: u64, lasts: Duration) -> AttributeValue {
    number(since / 1000 + lasts.as_secs() + TIDY)
}

fn of(item: &Item, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// None where it is none of ours: what cannot be read lets nobody in.
fn session(id: &str, item: &Item) -> Option<Session> {
    let text = |name: &str| item.get(name)?.as_s().ok().cloned();
    let list = |name: &str| -> Option<Vec<String>> {
        item.get(name)?.as_l().ok()?.iter().map(|one| one.as_s().ok().cloned()).collect()
    };
    Some(Session {
        id: id.to_owned(),
        user: text("user")?,
        name: text("name")?,
        groups: list("groups")?,
        keys: list("keys")?,
        begun: of(item, "begun")?,
        seen: of(item, "seen")?,
    })
}
