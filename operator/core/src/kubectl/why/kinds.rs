//! What only one kind waits for.

use cloister_crds::ClientTenant;
use cloister_crds::events::Hearing;

use super::super::target::Kind;
use super::search::Search;
use super::seen::Seen;
use super::sentences::halves;
use super::{Cause, Line, Rank, Sight, runs};
use crate::offboarding;

/// So many children that are not Ready are followed.
const MOST: usize = 5;

impl<'a> Search<'a> {
    pub fn of_kind(&mut self, seen: &Seen<'a>, asked: bool) -> Vec<Line> {
        match seen.kind {
            Kind::Environment => self.of_environment(seen),
            Kind::ClientTenant => {
                let Some(tenant) = self.world.tenant.found() else { return Vec::new() };
                self.of_tenant(seen, tenant, asked)
            }
            Kind::EtlPipeline => {
                let mut pipelines = self.world.pipelines.iter();
                let found =
                    pipelines.find(|found| found.metadata.name.as_deref() == Some(seen.name.as_str()));
                found.map(|found| runs::lines(self, seen, found)).unwrap_or_default()
            }
            Kind::IngestBucket | Kind::RedshiftSchema | Kind::AnalyticsApp => Vec::new(),
        }
    }

    fn of_environment(&mut self, seen: &Seen<'a>) -> Vec<Line> {
        let events = self.world.environment.found().and_then(|home| home.status.as_ref()?.events);
        if events != Some(Hearing::Silent) {
            return Vec::new();
        }
        let cause = Cause {
            rank: Rank::Refused,
            object: seen.label(),
            what: "CloudTrail's events are not heard: differences are found by the sweep alone".to_owned(),
            next: "see that a trail records management events, and that the rule's queue takes them"
                .to_owned(),
            command: Some(format!("kubectl describe environment {}", seen.name)),
        };
        vec![self.cause(cause)]
    }

    fn of_tenant(&mut self, seen: &Seen<'a>, tenant: &'a ClientTenant, asked: bool) -> Vec<Line> {
        let mut lines = Vec::new();
        if let (Sight::Absent, false) = (&self.world.environment, seen.is_ready()) {
            let what = format!("Environment {} does not exist", tenant.spec.environment);
            if !self.causes.iter().any(|cause| cause.what == what) {
                let next = "apply it, or correct spec.environment".to_owned();
                let command = Some("kubectl get environments".to_owned());
                lines.push(self.cause(Cause {
                    rank: Rank::Absent,
                    object: seen.label(),
                    what,
                    next,
                    command,
                }));
            }
        }
        if let Some(leaving) = tenant.status.as_ref().and_then(|status| status.offboarding.as_ref()) {
            let said = offboarding::sentence(leaving, &[]);
            let (what, next) = halves(&said);
            let what = format!("it leaves for good, {:?} since {}: {what}", leaving.stage, leaving.since);
            let next = next.unwrap_or("nothing: it goes on by itself").to_owned();
            lines.push(self.cause(Cause {
                rank: Rank::Leaving,
                object: seen.label(),
                what,
                next,
                command: None,
            }));
        }
        lines.extend(self.pool(seen, tenant));
        if asked {
            lines.extend(self.children());
        }
        lines
    }

    fn pool(&mut self, seen: &Seen<'a>, tenant: &ClientTenant) -> Option<Line> {
        let nodes = tenant.status.as_ref()?.nodes.as_ref()?;
        let refused = nodes.conditions.iter().find(|c| c.type_ == "Launching" && c.status == "False");
        if nodes.waiting_pods == 0 && refused.is_none() {
            return None;
        }
        let pods = format!("{} pods wait for a node", nodes.waiting_pods);
        let said = refused.map_or(nodes.message.as_str(), |condition| condition.message.as_str());
        if said.is_empty() {
            return Some(
                self.moving(seen, format!("{pods}; {} instances are on their way", nodes.launching)),
            );
        }
        let (what, next) = halves(said);
        let what = format!("{pods}: {what}");
        let next = next.unwrap_or("see spec.nodes, and what the pods ask for").to_owned();
        let command =
            Some(format!("kubectl get pods -n {} --field-selector status.phase=Pending", seen.name));
        Some(self.cause(Cause { rank: Rank::Refused, object: seen.label(), what, next, command }))
    }

    /// Those that are not as they should be, and that nothing above has led to.
    fn children(&mut self) -> Vec<Line> {
        let world = self.world;
        let troubled = |child: &Seen<'a>| match child.kind {
            Kind::EtlPipeline => {
                let mut pipelines = world.pipelines.iter();
                let found =
                    pipelines.find(|found| found.metadata.name.as_deref() == Some(child.name.as_str()));
                !child.is_ready() || found.is_some_and(runs::is_troubled)
            }
            _ => !child.is_ready() || child.paused,
        };
        let all: Vec<Seen<'a>> = self
            .all
            .iter()
            .filter(|child| child.kind.is_namespaced() && !self.is_visited(child) && troubled(child))
            .cloned()
            .collect();
        let mut lines: Vec<Line> = all.iter().take(MOST).map(|child| self.visit(child, false)).collect();
        if all.len() > MOST {
            let text = format!("and {} more: kubectl get cloister -n {}", all.len() - MOST, all[0].namespace);
            lines.push(Line { text, ..Line::default() });
        }
        lines
    }
}
