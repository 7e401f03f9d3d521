//! Why pods do not serve. Only reasons are told, never what a container wrote: that could hold anything.

use std::collections::BTreeSet;

use serde_json::Value;

/// One sentence for each cause, pods that share it together.
#[must_use]
pub fn troubles(pods: &[Value]) -> Vec<String> {
    let found: BTreeSet<String> =
        pods.iter().filter(|pod| !is_ready(pod) && !leaves(pod)).flat_map(reasons).collect();
    found.into_iter().take(3).collect()
}

fn leaves(pod: &Value) -> bool {
    !pod["metadata"]["deletionTimestamp"].is_null()
}

fn is_ready(pod: &Value) -> bool {
    condition(pod, "Ready").is_some_and(|ready| ready["status"] == "True")
}

fn condition<'a>(pod: &'a Value, type_: &str) -> Option<&'a Value> {
    list(&pod["status"]["conditions"]).find(|condition| condition["type"] == type_)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn reasons(pod: &Value) -> Vec<String> {
    let scheduled = condition(pod, "PodScheduled").filter(|c| c["status"] == "False");
    if let Some(why) = scheduled.and_then(|c| c["message"].as_str()) {
        return vec![format!("a pod finds no node: {why}")];
    }
    let containers: Vec<String> = list(&pod["status"]["containerStatuses"]).filter_map(container).collect();
    match (containers.is_empty(), pod["status"]["reason"].as_str()) {
        (false, _) => containers,
        (true, Some(reason)) => vec![format!("a pod failed: {reason}")],
        (true, None) => Vec::new(),
    }
}

fn container(status: &Value) -> Option<String> {
    let name = status["name"].as_str()?;
    let state = &status["state"];
    let waits = state["waiting"]["reason"].as_str().map(str::to_owned);
    let ended =
        state["terminated"]["exitCode"].as_i64().map(|code| format!("it ended with exit code {code}"));
    let last = status["lastState"]["terminated"]["exitCode"].as_i64();
    let not_ready = (status["ready"] == false && !state["running"].is_null())
        .then(|| "it runs, and is not ready".to_owned());
    let why = waits.or(ended).or(not_ready)?;
    let before = last.map(|code| format!(", after exit code {code}")).unwrap_or_default();
    Some(format!("container {name}: {why}{before}"))
}
