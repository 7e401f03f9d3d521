//! Scratch clusters go: what they hold is a copy of what lies elsewhere.

use std::process::ExitCode;
use std::time::Duration;

use cloister_core::drill::Scratch;
use cloister_core::fault::Fault;
use kube::ResourceExt as _;
use tokio::time::{Instant, sleep};

use super::course::{FIRST_LOOK, LONGEST_WAIT, passes};
use super::say;
use super::subject::Subject;
use crate::commands::Complaint;

/// Redshift deletes none that is still being restored.
const PATIENCE: Duration = Duration::from_hours(12);

/// All that earlier drills left.
pub async fn all(subject: &Subject, names: &[String]) -> Result<ExitCode, Complaint> {
    if names.is_empty() {
        let (tenant, region) = (subject.tenant.name_any(), &subject.recovery_region);
        say(&format!("no drill of {tenant} left a cluster in {region}"));
    }
    for name in names {
        say(&format!("removing {name}"));
        one(subject, name).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The cluster, then its parameter group, which Redshift keeps as long as a cluster has it.
pub async fn one(subject: &Subject, name: &str) -> Result<(), String> {
    let since = Instant::now();
    let mut pause = FIRST_LOOK;
    loop {
        match step(subject, name).await {
            Ok(true) => return Ok(()),
            Err(fault) if !passes(fault.class) => return Err(fault.to_string()),
            _ if since.elapsed() > PATIENCE => return Err("it does not go".to_owned()),
            Ok(false) | Err(_) => {}
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_WAIT);
    }
}

/// Whether all of it is gone. Tags come first: nothing without ours is deleted, and there are none before it stands.
async fn step(subject: &Subject, name: &str) -> Result<bool, Fault> {
    let account = &subject.account;
    let Some(state) = account.scratch(name).await? else {
        return account.delete_scratch_group(name).await.map(|()| true);
    };
    if state.status == "deleting" {
        return Ok(false);
    }
    let is_ours = |cluster: &cloister_core::resource::Cluster| subject.owner.owns(&cluster.tags);
    if !state.settled.as_ref().is_ok_and(is_ours) {
        account.tag_scratch(&named(subject, name)).await?;
    }
    account.delete_scratch(name).await?;
    Ok(false)
}

fn named(subject: &Subject, name: &str) -> Scratch {
    Scratch {
        name: name.to_owned(),
        snapshot: String::new(),
        owner: subject.owner.clone(),
        subnet_group: None,
        security_groups: Vec::new(),
        since: jiff::Timestamp::now().to_string(),
    }
}
