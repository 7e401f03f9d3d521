//! An API server with one pipeline, its Jobs, and an operator that may die between any two effects.

use std::collections::{BTreeMap, BTreeSet};

use cloister_core::pipeline::{
    Attempt, AttemptState, News, Schedule, Upstream, View, Wishes, decide, decide_blind, is_loose, job_name,
    kept, record_is_due,
};
use cloister_crds::pipeline::{FileStatus, Outcome, RunState, RunStatus, Trigger};
use cloister_crds::{EtlPipelineSpec, EtlPipelineStatus};
use jiff::Timestamp;
use serde_json::json;

const UID: &str = "5f1d";

pub fn spec(trigger: Option<&Trigger>) -> EtlPipelineSpec {
    let value = json!({
        "image": format!("registry.example/etl@sha256:{}", "0".repeat(64)),
        "tasks": { "module": "claims", "task": "LoadClaims" },
        "trigger": trigger,
    });
    serde_json::from_value(value).unwrap()
}

fn triggered(trigger: serde_json::Value) -> EtlPipelineSpec {
    let trigger: Trigger = serde_json::from_value(trigger).unwrap();
    spec(Some(&trigger))
}

pub fn schedule(cron: &str, zone: &str, catch_up: &str) -> EtlPipelineSpec {
    let limit = 100;
    triggered(
        json!({ "schedule": { "cron": cron, "timeZone": zone, "catchUp": catch_up, "catchUpLimit": limit } }),
    )
}

pub fn arrivals(most: i32) -> EtlPipelineSpec {
    triggered(json!({ "arrival": { "bucket": "landing", "maxFiles": most } }))
}

#[allow(clippy::struct_excessive_bools)] // each is something that may go otherwise
pub struct World {
    pub spec: EtlPipelineSpec,
    pub status: EtlPipelineStatus,
    pub jobs: Vec<Attempt>,
    /// Job, its run, and when: every Job that was ever made.
    pub made: Vec<(String, RunStatus, i64)>,
    pub now: i64,
    pub created: i64,
    pub failing: bool,
    /// Jobs that are deleted stay until their pods have ended.
    pub lingering: bool,
    /// The work bucket takes records.
    pub records: bool,
    pub run_now: Option<String>,
    pub retry_failed: Option<String>,
    pub upstream: Option<Upstream>,
    /// The last pass came to its end, and no Job is there that status does not tell of.
    sure: bool,
    pub told: BTreeSet<String>,
    /// Every run that status ever held, by its interval.
    seen: BTreeMap<String, String>,
}

impl World {
    pub fn new(spec: EtlPipelineSpec) -> Self {
        let created: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let created = created.as_second();
        let mut world = Self {
            spec,
            status: EtlPipelineStatus::default(),
            jobs: Vec::new(),
            made: Vec::new(),
            now: created,
            created,
            failing: false,
            lingering: false,
            records: true,
            run_now: None,
            retry_failed: None,
            upstream: None,
            sure: false,
            told: BTreeSet::new(),
            seen: BTreeMap::new(),
        };
        world.settle();
        world
    }

    /// One pass: Jobs are made, then ended, then status is written; it may be cut off after any of these.
    pub fn pass(&mut self, news: &News, dies_after: Option<usize>) {
        self.look(news, dies_after);
    }

    fn look(&mut self, news: &News, dies_after: Option<usize>) -> bool {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let previous = self.status.clone();
        let sure = std::mem::take(&mut self.sure);
        let view = View {
            uid: UID,
            created: at(self.created),
            spec: &self.spec,
            previous: &previous,
            wishes: Wishes { run_now: self.run_now.as_deref(), retry_failed: self.retry_failed.as_deref() },
            attempts: &self.jobs,
            news,
            upstream: self.upstream.as_ref(),
            may_start: true,
            now: at(self.now),
        };
        let blind = decide_blind(&view).filter(|_| sure);
        let decision = blind.unwrap_or_else(|| decide(&view));
        let mut effects = 0;
        let mut lives = || {
            effects += 1;
            dies_after.is_none_or(|most| effects <= most)
        };
        for run in &decision.start {
            if !lives() {
                return false;
            }
            self.make(run);
        }
        for job in &decision.end {
            if !lives() {
                return false;
            }
            if self.lingering {
                self.jobs.iter_mut().filter(|j| j.job == *job).for_each(|j| j.leaving = true);
            } else {
                self.jobs.retain(|j| j.job != *job);
            }
        }
        if !lives() {
            return false;
        }
        self.status = decision.status;
        self.sure = !is_loose(&self.jobs, &self.status);
        if self.records {
            self.status.runs.iter_mut().filter(|run| record_is_due(run)).for_each(kept);
        }
        for run in &self.status.runs {
            if let Some(interval) = &run.interval {
                self.seen.insert(run.id.clone(), interval.end.clone());
            }
        }
        decision.heard_all
    }

    fn make(&mut self, run: &RunStatus) {
        let job = job_name("load", run);
        // The API server refuses a second one of that name.
        if self.jobs.iter().any(|j| j.job == job) {
            return;
        }
        assert!(self.status.runs.iter().any(|known| known.id == run.id), "a Job of a run that nobody knows");
        assert!(self.made.iter().all(|(made, ..)| *made != job), "{job} was made twice");
        self.made.push((job.clone(), run.clone(), self.now));
        self.jobs.push(Attempt {
            job,
            run: run.id.clone(),
            attempt: run.attempt,
            leaving: false,
            state: AttemptState::Running,
        });
    }

    pub fn settle(&mut self) {
        for _ in 0..4 {
            self.pass(&News::default(), None);
        }
        if self.failing {
            self.finish(false);
            self.pass(&News::default(), None);
        }
        self.check();
    }

    pub fn pass_time(&mut self, seconds: i64) {
        let end = self.now + seconds;
        while self.now < end {
            self.now = end.min(self.now + 60);
            self.settle();
        }
    }

    fn finish(&mut self, well: bool) {
        for job in &mut self.jobs {
            if !job.has_ended() {
                job.state = ended(well);
            }
        }
    }

    /// Until nothing is open any more at this time.
    pub fn finish_all(&mut self) {
        for _ in 0..200 {
            self.finish_all_once();
        }
    }

    pub fn finish_all_once(&mut self) {
        self.finish(true);
        self.settle();
    }

    /// Lets time pass as well, so that what backs off is tried again.
    pub fn drain(&mut self) {
        for _ in 0..400 {
            self.finish_all_once();
            if self.status.active + self.status.queued == 0 && self.unfinished() == 0 {
                self.settle();
                if self.status.active + self.status.queued == 0 {
                    return;
                }
            }
            let waits = |run: &RunStatus| run.state == RunState::BackingOff;
            if self.status.runs.iter().any(waits) {
                let until = self.status.runs.iter().filter_map(|run| run.not_before.as_deref());
                let until = until.map(|at| at.parse::<Timestamp>().unwrap().as_second()).max();
                self.now = self.now.max(until.unwrap_or(self.now));
            }
        }
    }

    pub fn finish_first(&mut self, well: bool) {
        if let Some(job) = self.jobs.iter_mut().find(|job| !job.has_ended()) {
            job.state = ended(well);
        }
    }

    /// By hand, and only what status knows of: what nobody recorded yet, nobody has seen.
    pub fn delete_first(&mut self) {
        let recorded = |job: &Attempt| {
            self.status
                .runs
                .iter()
                .any(|r| r.id == job.run && r.attempt == job.attempt && r.state == RunState::Active)
        };
        if let Some(n) = self.jobs.iter().position(recorded) {
            self.jobs.remove(n);
        }
    }

    pub fn unfinished(&self) -> usize {
        self.jobs.iter().filter(|job| !job.has_ended()).count()
    }

    pub fn check(&self) {
        let most = match self.spec.concurrency {
            cloister_crds::pipeline::Concurrency::Allow => 5,
            _ => 1,
        };
        let backfill = self.spec.backfill.as_ref().map_or(0, |b| usize::try_from(b.max_active).unwrap());
        assert!(self.unfinished() <= most + backfill, "{:?}", self.jobs);
    }

    pub fn runs_made(&self) -> Vec<&RunStatus> {
        self.made.iter().map(|(_, run, _)| run).collect()
    }

    pub fn files(&self, count: i64) -> Vec<FileStatus> {
        let file = |n: i64| FileStatus {
            bucket: "acme".into(),
            key: format!("in/{n:04}.csv"),
            version_id: format!("v{n}"),
            etag: "e".into(),
            size: 1,
            at: Timestamp::from_second(self.created - 1000 + n / 10).unwrap().to_string(),
            sequencer: None,
        };
        (0..count).map(file).collect()
    }

    /// Told of by the queue; answers whether the message may be deleted.
    pub fn hear(&mut self, files: &[FileStatus]) -> bool {
        let news = News { files: files.to_vec(), listing: None };
        let heard = self.look(&news, None);
        if heard {
            self.told.extend(files.iter().map(|file| file.key.clone()));
        }
        heard
    }

    /// Of every run that had a Job, once.
    pub fn inputs_made(&self) -> Vec<String> {
        let first = self.made.iter().filter(|(_, run, _)| run.attempt == 1);
        first.flat_map(|(_, run, _)| &run.inputs).map(|file| file.key.clone()).collect()
    }

    pub fn intervals(&self) -> Vec<String> {
        let mut all: Vec<String> = self.seen.values().cloned().collect();
        all.sort();
        all
    }

    pub fn slots_due(&self) -> Vec<String> {
        let trigger = self.spec.trigger.as_ref().and_then(|t| t.schedule.as_ref()).unwrap();
        let schedule = Schedule::read(trigger).unwrap();
        let mut after = Timestamp::from_second(self.created).unwrap();
        let mut due = Vec::new();
        while let Some(slot) = schedule.next(after).filter(|slot| slot.as_second() <= self.now) {
            due.push(slot.to_string());
            after = slot;
        }
        due
    }
}

fn ended(well: bool) -> AttemptState {
    let outcome = Outcome { reason: "Ended".into(), ..Outcome::default() };
    if well { AttemptState::Succeeded(outcome) } else { AttemptState::Failed { outcome, retry: true } }
}
