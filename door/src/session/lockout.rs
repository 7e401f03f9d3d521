//! Who fails to sign in again and again has to wait, in all pods alike.

use std::net::IpAddr;
use std::time::Duration;

use super::{Table, Unreachable, millis, now};
use crate::random::digest;

#[derive(Clone, Debug)]
pub struct Lockout {
    pub failures: u64,
    pub window: Duration,
    pub lasts: Duration,
}

impl Lockout {
    #[must_use]
    pub fn of_source(source: IpAddr) -> String {
        digest(&["address", &source.to_string()])
    }

    #[must_use]
    pub fn of_user(key: &str) -> String {
        digest(&["user", key])
    }

    /// How many seconds it still lasts; none where it does not.
    pub async fn left(&self, table: &Table, key: &str) -> Result<Option<u64>, Unreachable> {
        let left = table.locked_until(key).await?.saturating_sub(now());
        Ok((left > 0).then(|| left.div_ceil(1000)))
    }

    pub async fn failed(&self, table: &Table, key: &str) -> Result<(), Unreachable> {
        let now = now();
        if table.failed(key, now, self.window).await? >= self.failures {
            table.lock(key, now + millis(self.lasts)).await?;
        }
        Ok(())
    }
}
