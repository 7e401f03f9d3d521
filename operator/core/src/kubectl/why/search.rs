//! The way from an object to what it waits for.

use std::collections::BTreeSet;

use super::super::target::Kind;
use super::seen::Seen;
use super::sentences::{halves, is_about, sentences};
use super::{Cause, Line, Rank, Sight, World, kubectl, resource, served};

pub(super) struct Search<'a> {
    pub world: &'a World,
    pub all: Vec<Seen<'a>>,
    /// In the order in which they were found.
    pub causes: Vec<Cause>,
    visited: BTreeSet<String>,
}

impl<'a> Search<'a> {
    pub fn new(world: &'a World) -> Self {
        Self { world, all: Seen::all(world), causes: Vec::new(), visited: BTreeSet::new() }
    }

    pub fn find(&self, kind: Kind, namespace: &str, name: &str) -> Option<Seen<'a>> {
        let is = |seen: &&Seen<'_>| {
            seen.kind == kind && seen.name == name && (!kind.is_namespaced() || seen.namespace == namespace)
        };
        self.all.iter().find(is).cloned()
    }

    pub fn is_visited(&self, seen: &Seen<'_>) -> bool {
        self.visited.contains(&seen.label())
    }

    /// A line that ends in a cause.
    pub fn cause(&mut self, cause: Cause) -> Line {
        let known = self.causes.iter().position(|found| *found == cause);
        let text = cause.what.clone();
        let place = known.unwrap_or_else(|| {
            self.causes.push(cause);
            self.causes.len() - 1
        });
        Line { text, cause: Some(place), below: Vec::new() }
    }

    /// All that holds an object up. Only the object that was asked for is explained with what it consists of.
    pub fn visit(&mut self, seen: &Seen<'a>, asked: bool) -> Line {
        let label = seen.label();
        if !self.visited.insert(label.clone()) {
            return Line { text: format!("{label}: see above"), ..Line::default() };
        }
        let mut below = self.own(seen);
        below.extend(self.of_kind(seen, asked));
        if below.is_empty() && asked && seen.is_ready() {
            below.push(Line { text: "it waits for nothing".to_owned(), ..Line::default() });
        }
        Line { text: seen.headline(self.world.now), cause: None, below }
    }

    /// What its conditions and its message say.
    fn own(&mut self, seen: &Seen<'a>) -> Vec<Line> {
        let mut lines = Vec::new();
        if seen.paused {
            lines.push(self.paused(seen));
        }
        let Some(common) = seen.common.filter(|_| seen.is_current()) else {
            lines.push(self.unseen(seen));
            return lines;
        };
        if seen.is_ready() {
            return lines;
        }
        if seen.ready().is_some_and(|ready| ready.reason == "Invalid") {
            lines.extend(self.invalid(seen, &common.message));
            return lines;
        }
        if let Some(blocked) = self.plan(seen) {
            lines.extend(blocked);
            return lines;
        }
        let ids: Vec<&str> = common.resources.iter().map(|resource| resource.id.as_str()).collect();
        let said = sentences(&common.message, &ids);
        for sentence in &said {
            lines.extend(self.sentence(seen, sentence));
        }
        let told = |id: &str| said.iter().any(|sentence| is_about(sentence, id));
        for resource in common.resources.iter().filter(|resource| !told(&resource.id)) {
            lines.extend(resource::untold(self, seen, resource));
        }
        for intent in &common.intents {
            let what = format!(
                "{} was asked for at {}; a second one is not asked for before KMS must show it",
                intent.resource, intent.since
            );
            lines.push(self.moving(seen, what));
        }
        lines
    }

    /// None where a tenant tells of its children, which tell it themselves.
    fn sentence(&mut self, seen: &Seen<'a>, sentence: &str) -> Option<Line> {
        let plain = sentence.strip_prefix("waiting: ").unwrap_or(sentence);
        let other = self.named_in(plain, seen);
        let is_child = |other: &Seen<'_>| seen.kind == Kind::ClientTenant && other.kind.is_namespaced();
        if other.as_ref().is_some_and(is_child) && plain.contains(" is not ready") {
            return None;
        }
        if let Some(line) = resource::told(self, seen, plain) {
            return Some(line);
        }
        if let Some(line) = served::told(self, seen, other.as_ref(), plain) {
            return Some(line);
        }
        if let Some(other) = other {
            return Some(self.follow(halves(plain).0, &other));
        }
        if plain.starts_with("making ") || plain.starts_with("correcting ") {
            return Some(self.moving(seen, plain.to_owned()));
        }
        let (what, next) = halves(plain);
        let is_absent = what.contains("does not exist") || what.contains("belongs to no");
        let (rank, next) = match next {
            Some(next) if is_absent => (Rank::Absent, next),
            Some(next) => (Rank::Held, next),
            None => (Rank::Moving, "it goes on by itself as soon as that is so"),
        };
        let of_environment = rank == Rank::Absent && what.starts_with("Environment ");
        let command = of_environment.then(|| "kubectl get environments".to_owned());
        let (object, what, next) = (seen.label(), what.to_owned(), next.to_owned());
        Some(self.cause(Cause { rank, object, what, next, command }))
    }

    /// The first other object that a sentence names.
    fn named_in(&self, sentence: &str, seen: &Seen<'a>) -> Option<Seen<'a>> {
        let label = seen.label();
        let others = self.all.iter().filter(|other| other.label() != label);
        let named = others.filter_map(|other| Some((other.place_in(sentence)?, other)));
        named.min_by_key(|(place, _)| *place).map(|(_, other)| other.clone())
    }

    fn follow(&mut self, text: &str, other: &Seen<'a>) -> Line {
        if self.is_visited(other) {
            return Line { text: format!("{text} (see above)"), ..Line::default() };
        }
        let found = self.visit(other, false);
        // That it is not Ready is said by its own line.
        if text.contains("is not ready") {
            return found;
        }
        Line { text: text.to_owned(), cause: None, below: vec![found] }
    }

    pub fn moving(&mut self, seen: &Seen<'a>, what: String) -> Line {
        let next = "nothing: it goes on by itself".to_owned();
        self.cause(Cause { rank: Rank::Moving, object: seen.label(), what, next, command: None })
    }

    fn paused(&mut self, seen: &Seen<'a>) -> Line {
        let what = if seen.kind == Kind::EtlPipeline {
            "it is suspended: no run begins"
        } else {
            "it is paused: nothing of it is changed"
        };
        let next = "resume it once it may go on".to_owned();
        let command = Some(kubectl("resume", seen.kind, &seen.namespace, &seen.name));
        self.cause(Cause { rank: Rank::Paused, object: seen.label(), what: what.to_owned(), next, command })
    }

    fn unseen(&mut self, seen: &Seen<'a>) -> Line {
        let what = match seen.common {
            None => "the operator has not looked at it yet".to_owned(),
            Some(common) => format!(
                "the operator has not looked at generation {} yet, but at {}",
                seen.generation, common.observed_generation
            ),
        };
        let next = "it does within seconds; if not, see that an operator runs and leads".to_owned();
        let command = Some("kubectl get leases -A --field-selector metadata.name=cloister".to_owned());
        self.cause(Cause { rank: Rank::Unseen, object: seen.label(), what, next, command })
    }

    pub fn home(&self) -> String {
        match (&self.world.environment, &self.world.tenant) {
            (Sight::Found(home), _) => home.metadata.name.clone().unwrap_or_default(),
            (_, Sight::Found(tenant)) => tenant.spec.environment.clone(),
            _ => "of its tenant".to_owned(),
        }
    }
}
