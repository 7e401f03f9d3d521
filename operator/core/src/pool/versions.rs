//! Old versions of the launch template: nothing is launched from them any more.

use std::collections::BTreeSet;

use super::{Memory, World};

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html>
const AT_ONCE: usize = 200;

/// Those that go, the newest first. Versions count from one and no number comes again. What has a greater one than the
/// default may be about to become it; what an instance was launched from tells what that instance should be.
pub(super) fn outdated(world: &World<'_>) -> Vec<i64> {
    let Some(current) = number(world.wanted.template.as_deref()).filter(|_| !world.leaving) else {
        return Vec::new();
    };
    let living = world.instances.iter().filter(|instance| instance.lives());
    let of_instances = living.map(|instance| instance.template.as_str());
    let of_launches = world.intents.iter().map(|intent| intent.template.as_str());
    let used: BTreeSet<i64> = of_instances.chain(of_launches).filter_map(|text| number(Some(text))).collect();
    let goes = |n: &i64| !used.contains(n) && !world.memory.pruned.contains(n);
    (1..current).rev().filter(goes).take(AT_ONCE).collect()
}

impl Memory {
    /// A template that was made anew counts from one again.
    pub fn forget_versions(&mut self, current: Option<&str>) {
        if let Some(current) = number(current) {
            self.pruned.retain(|n| *n < current);
        }
    }
}

fn number(version: Option<&str>) -> Option<i64> {
    version?.parse().ok()
}
