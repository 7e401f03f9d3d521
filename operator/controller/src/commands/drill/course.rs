//! A drill's course: find, restore, wait, compare, remove. Each step's time is kept.

use std::time::Duration;

use cloister_core::drill::{
    LIMIT_SECONDS, ObjectCheck, Phase, Report, Scratch, TableCheck, Verdict, is_hopeless, lacking, newest,
    not_covered, verdict,
};
use cloister_core::fault::FaultClass;
use cloister_core::resource::Cluster;
use jiff::Timestamp;
use kube::ResourceExt as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep};

use super::subject::Subject;
use super::{Options, check, objects, remove, say};
use crate::commands::Complaint;

/// Between two looks at what AWS takes minutes for.
pub const FIRST_LOOK: Duration = Duration::from_millis(250);
pub const LONGEST_WAIT: Duration = Duration::from_secs(15);

pub struct Course<'a> {
    subject: &'a Subject,
    options: &'a Options,
    began: Instant,
    at: Timestamp,
    report: Report,
}

type Checks = (Vec<TableCheck>, Vec<ObjectCheck>);

/// Why a drill goes no further.
struct Stop(Verdict, String);

impl Stop {
    fn failed(why: &impl ToString) -> Self {
        Self(Verdict::Failed, why.to_string())
    }
}

impl<'a> Course<'a> {
    pub fn begin(subject: &'a Subject, options: &'a Options, at: Timestamp) -> Self {
        let report = Report {
            tenant: subject.tenant.name_any(),
            environment: subject.home.name_any(),
            account: subject.home.spec.account_id.clone(),
            region: subject.home.spec.region.clone(),
            recovery_region: subject.recovery_region.clone(),
            cluster: subject.database.cluster.clone(),
            database: subject.database.name.clone(),
            at: at.to_string(),
            snapshot: None,
            snapshot_at: None,
            recovery_point_seconds: None,
            scratch: None,
            kms_key: None,
            phases: Vec::new(),
            recovery_seconds: 0.0,
            limit_seconds: LIMIT_SECONDS,
            tables: Vec::new(),
            objects: Vec::new(),
            result: Verdict::Failed,
            message: String::new(),
            removed: true,
            left: None,
            not_covered: not_covered(&subject.uncopied),
        };
        Self { subject, options, began: Instant::now(), at, report }
    }

    pub async fn run(mut self) -> Result<Report, Complaint> {
        // From before anything is made, so that no signal ends the process over a cluster that would stay.
        let mut signals = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
        let came_to = self.attempt(&mut signals).await;
        self.report.recovery_seconds = self.began.elapsed().as_secs_f64();
        let (result, message) = match came_to {
            Ok((tables, objects)) => {
                let judged = verdict(&tables, &objects);
                (self.report.tables, self.report.objects) = (tables, objects);
                judged
            }
            Err(Stop(result, why)) => (result, why),
        };
        (self.report.result, self.report.message) = (result, message);
        self.clear().await;
        Ok(self.report)
    }

    async fn attempt(&mut self, signals: &mut [Signal; 2]) -> Result<Checks, Stop> {
        let key = self.find().await?;
        // Not interrupted: a request that is on its way would make a cluster that nobody knows of.
        let scratch = self.restore().await?;
        let interrupted = interrupt(signals);
        tokio::select! {
            biased;
            () = interrupted => Err(Stop(Verdict::Interrupted, "a signal came before everything was compared".to_owned())),
            checks = self.examine(&scratch, key.as_deref()) => checks,
        }
    }

    async fn examine(&mut self, scratch: &Scratch, key: Option<&str>) -> Result<Checks, Stop> {
        let cluster = self.wait(scratch).await?;
        self.prove(scratch, &cluster, key)?;
        let tables = self.compare(scratch).await?;
        Ok((tables, self.compare_objects().await))
    }

    /// The copy to restore, and the key that it must lie under.
    async fn find(&mut self) -> Result<Option<String>, Stop> {
        let (account, cluster) = (&self.subject.account, &self.subject.database.cluster);
        let since = Instant::now();
        let copies = account.snapshot_copies(cluster).await.map_err(|fault| Stop::failed(&fault))?;
        let key = account.recovery_key(cluster).await.map_err(|fault| Stop::failed(&fault))?;
        let regions = (self.report.region.as_str(), self.report.recovery_region.as_str());
        let copy = newest(&copies, cluster, regions, self.at, self.options.oldest_hours)
            .map_err(|why| Stop(Verdict::Refused, why))?;
        let age = self.at.duration_since(copy.taken_at).as_secs().max(0);
        say(&format!("restoring {} of {} in {}", copy.name, copy.taken_at, self.report.recovery_region));
        self.report.snapshot = Some(copy.name.clone());
        self.report.snapshot_at = Some(copy.taken_at.to_string());
        self.report.recovery_point_seconds = Some(age);
        self.passed("find the newest copy", since);
        Ok(key)
    }

    async fn restore(&mut self) -> Result<Scratch, Stop> {
        let since = Instant::now();
        let scratch = Scratch {
            name: Scratch::name(&self.report.tenant, &Timestamp::now().to_string()),
            snapshot: self.report.snapshot.clone().unwrap_or_default(),
            owner: self.subject.owner.clone(),
            subnet_group: self.options.subnet_group.clone(),
            security_groups: self.options.security_groups.clone(),
            since: self.report.at.clone(),
        };
        // Before it is asked for, since even a refusal may leave its parameter group.
        self.report.scratch = Some(scratch.name.clone());
        say(&format!("making {}", scratch.name));
        self.subject.account.restore(&scratch).await.map_err(|fault| Stop::failed(&fault))?;
        self.passed("ask for the restore", since);
        Ok(scratch)
    }

    /// Until it takes queries, and bears its tags.
    async fn wait(&mut self, scratch: &Scratch) -> Result<Cluster, Stop> {
        let since = Instant::now();
        let account = &self.subject.account;
        let mut pause = FIRST_LOOK;
        let mut is_tagged = false;
        let cluster = loop {
            let state = match account.scratch(&scratch.name).await {
                Ok(Some(state)) => state,
                Ok(None) => {
                    return Err(Stop::failed(&format!("{} is gone: somebody deleted it", scratch.name)));
                }
                Err(fault) if passes(fault.class) => {
                    sleep(pause).await;
                    continue;
                }
                Err(fault) => return Err(Stop::failed(&fault)),
            };
            match state.settled {
                Ok(cluster) if is_tagged => break cluster,
                Ok(_) => {
                    account.tag_scratch(scratch).await.map_err(|fault| Stop::failed(&fault))?;
                    is_tagged = true;
                    continue;
                }
                Err(what) if is_hopeless(&state.status) => return Err(Stop::failed(&what)),
                Err(_) => {}
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_WAIT);
        };
        self.passed("restored, and takes queries", since);
        Ok(cluster)
    }

    /// Nothing in it is read before it is as safe as the live one.
    fn prove(&mut self, scratch: &Scratch, cluster: &Cluster, key: Option<&str>) -> Result<(), Stop> {
        self.report.kms_key.clone_from(&cluster.encryption.kms_key);
        let lacking = lacking(scratch, cluster, key);
        if lacking.is_empty() {
            return Ok(());
        }
        Err(Stop::failed(&format!(
            "{} was restored without {}: nothing in it was read",
            scratch.name,
            lacking.join(", ")
        )))
    }

    async fn compare(&mut self, scratch: &Scratch) -> Result<Vec<TableCheck>, Stop> {
        let since = Instant::now();
        let checks = check::tables(self.subject, &scratch.name).await.map_err(|why| Stop::failed(&why))?;
        self.passed("every row read, and compared", since);
        Ok(checks)
    }

    async fn compare_objects(&mut self) -> Vec<ObjectCheck> {
        if self.subject.copied.is_empty() {
            return Vec::new();
        }
        let since = Instant::now();
        let checks = objects::checks(self.subject).await;
        self.passed("versions of objects compared with their copies", since);
        checks
    }

    /// Whatever it came to.
    async fn clear(&mut self) {
        let Some(name) = self.report.scratch.clone() else { return };
        let by_hand = format!("cloister drill {} --remove removes it", self.report.tenant);
        if self.options.keep {
            self.report.removed = false;
            say(&format!("{name} is left in {} as --keep says; {by_hand}", self.report.recovery_region));
            return;
        }
        let since = Instant::now();
        say(&format!("removing {name}"));
        if let Err(why) = remove::one(self.subject, &name).await {
            self.report.removed = false;
            self.report.left =
                Some(format!("{name} is still in {}: {why}; {by_hand}", self.report.recovery_region));
        }
        self.passed("scratch cluster removed", since);
    }

    fn passed(&mut self, name: &'static str, since: Instant) {
        self.report.phases.push(Phase { name, seconds: since.elapsed().as_secs_f64() });
    }
}

/// A fault that another look may be without.
pub fn passes(class: FaultClass) -> bool {
    matches!(class, FaultClass::Throttled | FaultClass::Ambiguous | FaultClass::Conflict)
}

async fn interrupt(signals: &mut [Signal; 2]) {
    let [interrupt, terminate] = signals;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
