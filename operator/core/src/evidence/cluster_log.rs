//! The audit log of the Kubernetes API server, as it lies in CloudWatch Logs. Whoever runs the cluster keeps it.

use serde_json::{Value, json};

/// Of a log group without a retention.
pub(super) const NEVER_EXPIRED: &str = "never expired";
/// Clocks differ: what AWS took in a moment later by its own clock is from now.
const CLOCKS_APART: i64 = 300;

/// What is seen of it. Its events are not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterLog {
    /// ARN of the key; none where CloudWatch Logs encrypts with its own.
    pub kms_key: Option<String>,
    /// None where events are never expired.
    pub retention_days: Option<i32>,
    /// When the newest event was taken in, in seconds since 1970. None where no stream of the audit log has any.
    pub newest: Option<i64>,
}

impl ClusterLog {
    /// As the report shows it, at a time in seconds since 1970.
    #[must_use]
    pub fn fields(&self, now: i64) -> Value {
        let age = self.newest.map(|newest| now - newest);
        let age = age.map(|age| if age >= -CLOCKS_APART { age.max(0) } else { age });
        json!({
            "kmsKey": self.kms_key,
            "retentionDays": self.retention_days.map_or_else(|| json!(NEVER_EXPIRED), |days| json!(days)),
            "silentMinutes": age.map(|age| age.div_euclid(60)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(newest: Option<i64>) -> ClusterLog {
        ClusterLog { kms_key: None, retention_days: None, newest }
    }

    #[test]
    fn silence_is_told_in_minutes_whosever_clock_is_ahead() {
        let silent = |newest: i64| log(Some(newest)).fields(10_000)["silentMinutes"].clone();
        assert_eq!(silent(10_000), 0);
        assert_eq!(silent(10_000 - 119), 1);
        assert_eq!(silent(10_000 + 200), 0);
        assert_eq!(silent(10_000 + 3600), -60);
        assert_eq!(log(None).fields(10_000)["silentMinutes"], Value::Null);
    }

    #[test]
    fn what_never_expires_is_told_from_what_nobody_said() {
        assert_eq!(log(None).fields(0)["retentionDays"], NEVER_EXPIRED);
        let kept = ClusterLog { retention_days: Some(2192), ..log(None) };
        assert_eq!(kept.fields(0)["retentionDays"], 2192);
    }
}
