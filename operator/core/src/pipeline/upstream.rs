//! Runs of another pipeline that succeeded.

use cloister_crds::EtlPipelineStatus;
use cloister_crds::pipeline::{Interval, RunCause, UpstreamStatus};

use super::decide::Draft;
use super::queue::{Wanted, add, is_full, run_id};

/// The pipeline that this one follows.
#[derive(Clone, Debug, Default)]
pub struct Upstream {
    pub uid: String,
    /// Runs that succeeded so far.
    pub succeeded: i64,
    /// Those that are still known, by number.
    pub runs: Vec<(i64, Option<Interval>)>,
}

#[must_use]
pub fn upstream_of(uid: &str, status: Option<&EtlPipelineStatus>) -> Upstream {
    let Some(status) = status else { return Upstream { uid: uid.to_owned(), ..Upstream::default() } };
    let mut runs: Vec<(i64, Option<Interval>)> =
        status.runs.iter().filter_map(|run| Some((run.number?, run.interval.clone()))).collect();
    runs.sort_by_key(|(number, _)| *number);
    Upstream { uid: uid.to_owned(), succeeded: status.succeeded, runs }
}

pub(super) fn take(draft: &mut Draft<'_>, upstream: &Upstream) {
    let view = draft.view;
    let known = draft.status.upstream.as_ref().filter(|known| known.uid == upstream.uid);
    let Some(known) = known else {
        // What it did before is not this pipeline's.
        draft.status.upstream =
            Some(UpstreamStatus { uid: upstream.uid.clone(), number: upstream.succeeded });
        return;
    };
    if view.spec.suspend || is_full(draft) {
        return;
    }
    let before = known.number;
    let mut number = before;
    for (next, interval) in upstream.runs.iter().filter(|(next, _)| *next > before) {
        let id = run_id(view.uid, "upstream", &format!("{}/{next}", upstream.uid));
        let wanted = Wanted { interval: interval.clone(), ..Wanted::default() };
        number = number.max(*next);
        add(draft, id, RunCause::Upstream, wanted);
    }
    draft.status.upstream = Some(UpstreamStatus { uid: upstream.uid.clone(), number });
}
