//! Ages of a tenant's worker nodes, as EC2 tells when each was launched.

use serde_json::{Value, json};

use crate::pool::{Instance, InstanceState};

/// What the report shows of the instances of a tenant that declares after how many hours each is replaced, at a time in
/// seconds since 1970. What is ending already is no node any more.
#[must_use]
pub fn node_ages(instances: &[Instance], limit_hours: i32, now: i64) -> Value {
    let living: Vec<&Instance> = instances.iter().filter(|instance| instance.lives()).collect();
    let oldest = living.iter().map(|instance| (now - instance.launched).div_euclid(3600)).max();
    let stopped = living.iter().filter(|instance| instance.state == InstanceState::Stopped);
    let mut stopped: Vec<&str> = stopped.map(|instance| instance.id.as_str()).collect();
    stopped.sort_unstable();
    json!({
        "ages": { "instances": living.len(), "oldestHours": oldest, "limitHours": limit_hours },
        "stopped": stopped,
    })
}

/// Of what `ages` shows. Whole hours, so that a node that is at its limit has some minutes to be drained.
pub(super) fn none_is_too_old(ages: &Value) -> bool {
    match (ages["instances"].as_u64(), ages["oldestHours"].as_i64(), ages["limitHours"].as_i64()) {
        (Some(0), None, Some(_)) => true,
        (Some(_), Some(oldest), Some(limit)) => oldest <= limit,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn aged(id: &str, hours: i64, state: InstanceState) -> Instance {
        let launched = NOW - hours * 3600;
        Instance { id: id.into(), launched, state, ..Instance::default() }
    }

    fn is_young(instances: &[Instance]) -> bool {
        none_is_too_old(&node_ages(instances, 336, NOW)["ages"])
    }

    #[test]
    fn the_oldest_that_lives_counts() {
        let young = aged("i-1", 336, InstanceState::Running);
        assert!(is_young(std::slice::from_ref(&young)));
        assert!(is_young(&[young.clone(), aged("i-2", 400, InstanceState::Ended)]));
        assert!(!is_young(&[young, aged("i-3", 337, InstanceState::Running)]));
        // EC2 has not said when.
        let unknown = Instance { launched: 0, ..aged("i-4", 0, InstanceState::Pending) };
        assert!(!is_young(&[unknown]));
    }

    #[test]
    fn of_none_none_is_too_old_and_what_was_not_seen_is_not_none() {
        assert!(is_young(&[]));
        assert!(!none_is_too_old(&Value::Null));
        assert!(!none_is_too_old(&json!({ "instances": 0 })));
    }

    #[test]
    fn what_is_stopped_is_named() {
        let all = [aged("i-2", 1, InstanceState::Stopped), aged("i-1", 1, InstanceState::Running)];
        assert_eq!(node_ages(&all, 336, NOW)["stopped"], json!(["i-2"]));
    }
}
