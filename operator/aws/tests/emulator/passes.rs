//! A driver that is as small as it can be.

use std::collections::BTreeSet;
use std::error::Error;
use std::time::Duration;

use cloister_aws::{Lane, Look};
use cloister_core::fault::Fault;
use cloister_core::observed::ObservedSet;
use cloister_core::plan::{Desired, Mode, Plan, Reason, plan};
use cloister_core::resource::{ResourceId, Step};
use cloister_core::tenant::KeyArns;
use tokio::time::Instant;

use crate::world::{World, look_at};

impl World {
    /// One pass: everything is looked at, and what differs is done.
    pub async fn pass(&self, keys: &mut KeyArns) -> Result<Plan, Box<dyn Error>> {
        let mut desired = self.desired(keys)?;
        let since = Instant::now();
        let looks = desired.iter().map(|(id, want)| async move {
            let owner = self.owner_of(want);
            let look = Look { since, ..look_at(id, want, &owner) };
            (id.clone(), self.account.observe(look).await)
        });
        let observed: ObservedSet = futures::future::join_all(looks).await.into_iter().collect();
        for (id, seen) in &observed {
            if let (Some(known), Some(arn)) = (keys.of(id), seen.arn()) {
                *known = Some(arn.to_owned());
            }
        }
        desired = self.desired(keys)?;
        let plan = plan(&desired, &observed, Mode::Correct);
        let mut done = BTreeSet::new();
        while let Some(work) =
            plan.works.iter().find(|work| !done.contains(&work.id) && work.after.is_subset(&done))
        {
            let mut arn = observed[&work.id].arn().map(str::to_owned);
            for step in &work.steps {
                let learnt = self.step(&work.id, &desired[&work.id], arn.as_deref(), step).await?;
                arn = learnt.or(arn);
            }
            // What needs a new key is made with it in the same pass.
            if let (Some(known), Some(arn)) = (keys.of(&work.id), arn) {
                *known = Some(arn);
                desired = self.desired(keys)?;
            }
            done.insert(work.id.clone());
        }
        Ok(plan)
    }

    pub async fn step(
        &self,
        id: &ResourceId,
        want: &Desired,
        arn: Option<&str>,
        step: &Step,
    ) -> Result<Option<String>, Fault> {
        self.account.perform(id, &want.resource, &self.owner_of(want), arn, step, Lane::User).await
    }

    /// Passes until nothing is left to do, and gives back what the last one planned and the keys.
    pub async fn converge(&self) -> Result<(Plan, KeyArns), Box<dyn Error>> {
        let mut keys = KeyArns::default();
        Ok((self.settle(&mut keys).await?, keys))
    }

    pub async fn settle(&self, keys: &mut KeyArns) -> Result<Plan, Box<dyn Error>> {
        for _ in 0..16 {
            let known = keys.clone();
            let plan = self.pass(keys).await?;
            if plan.blocked.iter().any(|blocked| is_table_on_its_way(&blocked.id, &blocked.reason)) {
                tokio::time::sleep(Duration::from_millis(200)).await;
            } else if plan.works.is_empty() && *keys == known && keys.home.is_some() {
                return Ok(plan);
            }
        }
        Err("it does not converge".into())
    }
}

/// It takes no time worth the name, unlike a cluster.
fn is_table_on_its_way(id: &ResourceId, reason: &Reason) -> bool {
    matches!((id, reason), (ResourceId::Table(_), Reason::Changing { .. }))
}
