//! `EtlPipeline`: which runs there are, and which Jobs are to be made or ended for them.
//!
//! The state is the object's status, and a pass decides on what the API server holds at that moment:
//!
//! - A run is written to status before its Job is made. Its id, and so the Job's name, follows from the pipeline's UID
//!   and the slot or files: what was made before a crash is found again, and never made twice.
//! - An attempt that status calls active is never made again; a further attempt is another Job.
//! - A Job goes only once status says that its run has ended.

mod arrival;
mod attempt;
mod backfill;
mod by_hand;
mod coverage;
mod cron;
mod decide;
mod files;
mod history;
mod job;
mod queue;
mod record;
mod schedule;
mod settle;
mod slots;
mod start;
pub(crate) mod time;
mod upstream;
mod validate;
mod wish;

pub use arrival::{Message, read_message};
pub use attempt::{Attempt, AttemptState, attempts, is_loose};
pub use decide::{Decision, View, Wishes, decide, decide_blind};
pub use files::{MOST_PENDING, News, concerns, room};
pub use job::{Home, Place, Warehouse, job, job_name};
pub use record::{is_due as record_is_due, kept, record};
pub use schedule::Schedule;
pub use time::{read, text};
pub use upstream::{Upstream, upstream_of};
pub use validate::validate;
pub use wish::{is_granted, wish_to_retry, wish_to_run, wished_run};

pub const PIPELINE: &str = "cloister.dev/pipeline";
pub const RUN: &str = "cloister.dev/run";
pub const ATTEMPT: &str = "cloister.dev/attempt";
pub const RUN_NOW: &str = "cloister.dev/run-now";
pub const RETRY_FAILED: &str = "cloister.dev/retry-failed";
/// A pipeline's label by which its Jobs are queued by Kueue.
pub const KUEUE: &str = "kueue.x-k8s.io/queue-name";
