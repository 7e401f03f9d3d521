//! What is held back of a schema.

use super::super::target::Kind;
use super::search::Search;
use super::seen::Seen;
use super::sentences::halves;
use super::{Cause, Line, Rank, kubectl};

impl<'a> Search<'a> {
    /// As its status tells of it, one by one.
    pub fn plan(&mut self, seen: &Seen<'a>) -> Option<Vec<Line>> {
        let mut schemas = self.world.schemas.iter().filter(|_| seen.kind == Kind::RedshiftSchema);
        let found = schemas.find(|found| found.metadata.name.as_deref() == Some(seen.name.as_str()))?;
        let plan = found.status.as_ref()?.plan.as_ref().filter(|plan| !plan.blocked.is_empty())?;
        let mut lines = Vec::new();
        let approval =
            format!("set approvedPlan to {:?} to approve it", plan.hash.clone().unwrap_or_default());
        let (to_approve, others): (Vec<_>, Vec<_>) =
            plan.blocked.iter().partition(|held| held.ends_with(&approval));
        if let (Some(hash), false) = (&plan.hash, to_approve.is_empty()) {
            let titles: Vec<&str> =
                to_approve.iter().map(|held| held.split(" would lose data").next().unwrap_or(held)).collect();
            let what = format!("plan {hash} would lose data and awaits approval: {}", titles.join(", "));
            let next = "read its SQL, and approve it or change the manifest".to_owned();
            let command = Some(kubectl("approve", seen.kind, &seen.namespace, &seen.name));
            lines.push(self.cause(Cause { rank: Rank::Approval, object: seen.label(), what, next, command }));
        }
        for held in others {
            let (what, next) = halves(held);
            let (rank, next) = match next {
                Some(next) if !what.ends_with(" waits for") => (Rank::Held, next),
                _ => continue,
            };
            let (what, next) = (what.to_owned(), next.to_owned());
            lines.push(self.cause(Cause { rank, object: seen.label(), what, next, command: None }));
        }
        (!lines.is_empty()).then_some(lines)
    }
}
