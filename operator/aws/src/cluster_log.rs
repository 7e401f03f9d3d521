//! The audit log of the Kubernetes API server in CloudWatch Logs: looked at, never changed, its events never read.

use aws_sdk_cloudwatchlogs::types::{LogGroup, LogStream};
use cloister_core::evidence::ClusterLog;
use cloister_core::fault::Fault;

use crate::account::Account;
use crate::fault::found;
use crate::limit::Lane;

impl Account {
    /// None where there is no such log group.
    pub async fn cluster_log(
        &self,
        group: &str,
        prefix: &str,
        lane: Lane,
    ) -> Result<Option<ClusterLog>, Fault> {
        let Some(held) = find(self, group, lane).await? else { return Ok(None) };
        // It may be deleted between the two.
        let Some(newest) = found(newest(self, group, prefix, lane).await)? else { return Ok(None) };
        Ok(Some(ClusterLog {
            kms_key: held.kms_key_id.map(|key| self.home.key_arn(&key)),
            retention_days: held.retention_in_days,
            newest,
        }))
    }
}

/// Names come in their order, so the one that is no longer than the prefix is the first.
async fn find(account: &Account, group: &str, lane: Lane) -> Result<Option<LogGroup>, Fault> {
    let page = account
        .logs
        .call(lane, |logs| logs.describe_log_groups().log_group_name_prefix(group).limit(1).send())
        .await?;
    let first = page.log_groups.unwrap_or_default().into_iter().next();
    Ok(first.filter(|found| found.log_group_name() == Some(group)))
}

/// When one of the streams last took something in, in seconds since 1970. Those of one prefix come by their names only, so
/// it takes all of them: one is begun for each API server that ever was.
async fn newest(account: &Account, group: &str, prefix: &str, lane: Lane) -> Result<Option<i64>, Fault> {
    let mut newest = None;
    let mut token = None;
    loop {
        let page = account.logs.call(lane, |logs| {
            let request = logs.describe_log_streams().log_group_name(group).log_stream_name_prefix(prefix);
            request.limit(50).set_next_token(token.take()).send()
        });
        let page = page.await?;
        let streams = page.log_streams.unwrap_or_default();
        newest = newest.max(streams.iter().filter_map(LogStream::last_ingestion_time).max());
        token = page.next_token;
        if token.is_none() {
            return Ok(newest.map(|milliseconds| milliseconds.div_euclid(1000)));
        }
    }
}
