//! How fast an account is asked. AWS throttles per account, region and service, and everybody else in
//! the account shares that; so each call passes a bucket of its own here before it is sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use cloister_core::fault::Fault;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until};

use crate::fault;
use crate::record::Recorder;

/// Who waits for a call. Sweeps have half of the rate, so that the other half is always people's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    User,
    Sweep,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    CloudTrail,
    CloudWatch,
    Config,
    DynamoDb,
    Ec2,
    Events,
    GuardDuty,
    Iam,
    Kms,
    Logs,
    Redshift,
    RedshiftData,
    S3,
    S3Control,
    Sqs,
    Sts,
    Tagging,
}

impl Service {
    pub const fn name(self) -> &'static str {
        match self {
            Self::CloudTrail => "cloudtrail",
            Self::CloudWatch => "monitoring",
            Self::Config => "config",
            Self::DynamoDb => "dynamodb",
            Self::Ec2 => "ec2",
            Self::Events => "events",
            Self::GuardDuty => "guardduty",
            Self::Iam => "iam",
            Self::Kms => "kms",
            Self::Logs => "logs",
            Self::Redshift => "redshift",
            Self::RedshiftData => "redshift-data",
            Self::S3 => "s3",
            Self::S3Control => "s3control",
            Self::Sqs => "sqs",
            Self::Sts => "sts",
            Self::Tagging => "tagging",
        }
    }

    /// Calls per second, and how many may go at once after a rest. Well below what AWS allows.
    const fn rate(self) -> (u32, u32) {
        match self {
            Self::S3 | Self::Kms => (200, 400),
            Self::Sqs => (200, 200),
            Self::Iam => (100, 200),
            Self::Ec2 | Self::Sts | Self::Tagging => (20, 20),
            // GetStatementResult and BatchExecuteStatement 20, the others more:
            // https://docs.aws.amazon.com/general/latest/gr/redshift-service.html
            // EventBridge 50 for most: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
            // DynamoDB's are not published; 500 tables may be made at a time:
            // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
            Self::RedshiftData | Self::Events | Self::DynamoDb => (20, 40),
            // Its rates are not published.
            Self::Redshift | Self::S3Control => (10, 20),
            Self::Config | Self::GuardDuty => (5, 10),
            // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html: 10, and 1 for
            // changes, of which there are few.
            Self::CloudTrail => (5, 5),
            // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html: 3 for PutMetricAlarm.
            Self::CloudWatch => (2, 3),
            // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html: 5 to 10.
            Self::Logs => (4, 8),
        }
    }
}

/// A token bucket that hands out places in a queue: first come, first served, in constant time.
#[derive(Debug)]
struct Pace {
    start: Instant,
    /// Nanoseconds between two calls.
    interval: u64,
    /// Nanoseconds by which a call may go before its place.
    slack: u64,
    /// The next free place, in nanoseconds since the start.
    next: AtomicU64,
}

impl Pace {
    fn new(per_second: u32, burst: u32) -> Self {
        let interval = 1_000_000_000 / u64::from(per_second.max(1));
        let slack = interval * u64::from(burst.saturating_sub(1));
        Self { start: Instant::now(), interval, slack, next: AtomicU64::new(0) }
    }

    fn take(&self) -> Instant {
        self.take_at(Instant::now())
    }

    /// Takes the next place, and says when it may be used.
    fn take_at(&self, now: Instant) -> Instant {
        let now = u64::try_from(now.saturating_duration_since(self.start).as_nanos()).unwrap_or(u64::MAX);
        let after = |next: u64| next.max(now).saturating_add(self.interval);
        let taken = self.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| Some(after(next)));
        let place = taken.unwrap_or_else(|next| next).max(now);
        self.start + Duration::from_nanos(place.saturating_sub(self.slack))
    }
}

/// The buckets of one service in one account and region.
pub(crate) struct Limiter {
    service: Service,
    all: Pace,
    sweeps: Pace,
    /// Each request on its way has a connection of its own, which is kept for a while.
    under_way: Semaphore,
    recorder: Arc<dyn Recorder>,
}

/// Requests of one service on their way at a time; more would only queue on the other side.
const UNDER_WAY: usize = 24;

impl Limiter {
    pub fn new(service: Service, recorder: Arc<dyn Recorder>) -> Arc<Self> {
        let (rate, burst) = service.rate();
        let (all, sweeps) = (Pace::new(rate, burst), Pace::new(rate / 2, burst / 2));
        Arc::new(Self { service, all, sweeps, under_way: Semaphore::new(UNDER_WAY), recorder })
    }

    pub fn service(&self) -> Service {
        self.service
    }

    async fn pass(&self, lane: Lane) {
        let began = Instant::now();
        if lane == Lane::Sweep {
            sleep_until(self.sweeps.take()).await;
        }
        sleep_until(self.all.take()).await;
        let waited = began.elapsed();
        if !waited.is_zero() {
            self.recorder.waited(self.service.name(), waited);
        }
    }

    /// Accounts for a call that cannot wait: the SDK's own retry, which has backed off already.
    pub fn debit(&self) {
        self.all.take();
    }
}

/// An SDK client that asks no faster than its limiter lets it.
pub(crate) struct Paced<C> {
    client: C,
    limiter: Arc<Limiter>,
}

impl<C> Paced<C> {
    pub fn new(client: C, limiter: Arc<Limiter>) -> Self {
        Self { client, limiter }
    }

    /// Sends what `send` makes, when its turn has come.
    pub async fn call<'a, T, E, F>(&'a self, lane: Lane, send: impl FnOnce(&'a C) -> F) -> Result<T, Fault>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + 'a,
    {
        self.limiter.pass(lane).await;
        // Never closed, so there always is a permit; it goes back at the end of the call.
        let _under_way = self.limiter.under_way.acquire().await;
        // The SDK's futures are many kilobytes, and observing joins eight of them.
        let answer = Box::pin(send(&self.client)).await;
        answer.map_err(|error| fault::of(self.limiter.service.name(), &error))
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Duration, Instant};

    use super::Pace;

    fn waits(pace: &Pace, now: Instant, calls: u32) -> Vec<u128> {
        (0..calls).map(|_| pace.take_at(now).saturating_duration_since(now).as_millis()).collect()
    }

    #[test]
    fn after_the_burst_calls_keep_their_distance() {
        let pace = Pace::new(10, 3);
        assert_eq!(waits(&pace, pace.start, 5), [0, 0, 0, 100, 200]);
    }

    #[test]
    fn a_rest_fills_the_bucket_and_no_more() {
        let pace = Pace::new(10, 2);
        assert_eq!(waits(&pace, pace.start + Duration::from_mins(1), 3), [0, 0, 100]);
    }
}
