//! The Job of an attempt.

use std::collections::BTreeMap;

use cloister_crds::EtlPipelineSpec;
use cloister_crds::pipeline::RunStatus;
use serde_json::{Value, json};

use super::{ATTEMPT, KUEUE, PIPELINE, RUN};
use crate::ownership::TENANT;

/// Where a pipeline is at home.
#[derive(Clone, Debug)]
pub struct Home {
    pub tenant: String,
    pub pipeline: String,
    pub uid: String,
    pub region: String,
    pub role_arn: String,
    pub key_arn: String,
    pub work_bucket: String,
    pub warehouse: Option<Warehouse>,
    pub place: Place,
    /// Of Kueue.
    pub queue: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Warehouse {
    pub cluster: String,
    pub database: String,
    pub schema: String,
    pub copy_role: String,
}

/// Where its workers may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On any node of the cluster.
    Anywhere,
    /// On the tenant's own nodes only.
    OwnNodes,
}

const TOKEN_DIRECTORY: &str = "/var/run/secrets/cloister.dev/aws";

/// 40 + 1 + 10 + 1 + 3 of a label's 63 characters, since a Job's name labels its pods.
#[must_use]
pub fn job_name(pipeline: &str, run: &RunStatus) -> String {
    format!("{pipeline}-{}-{}", run.id, run.attempt)
}

#[must_use]
pub fn job(home: &Home, spec: &EtlPipelineSpec, run: &RunStatus) -> Value {
    let labels = labels(home, run);
    let mut job = json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": job_name(&home.pipeline, run),
            "namespace": home.tenant,
            "labels": labels,
            "ownerReferences": [{
                "apiVersion": "cloister.dev/v1alpha1",
                "kind": "EtlPipeline",
                "name": home.pipeline,
                "uid": home.uid,
                "controller": true,
                "blockOwnerDeletion": false,
            }],
        },
        "spec": {
            // A further attempt is another Job: its back-off is kept in the pipeline's status.
            "backoffLimit": 0,
            "activeDeadlineSeconds": spec.deadlines.run_seconds,
            "podReplacementPolicy": "Failed",
            // A node that goes away is not the run's fault.
            "podFailurePolicy": { "rules": [
                { "action": "Ignore", "onPodConditions": [{ "type": "DisruptionTarget", "status": "True" }] },
            ] },
            "template": {
                // Karpenter, where it runs the nodes, must not move a run to save money.
                "metadata": { "labels": labels, "annotations": { "karpenter.sh/do-not-disrupt": "true" } },
                "spec": pod(home, spec, run),
            },
        },
    });
    if let Some(queue) = &home.queue {
        job["metadata"]["labels"][KUEUE] = json!(queue);
        // Kueue lets it go on when its turn has come.
        job["spec"]["suspend"] = json!(true);
    }
    job
}

fn labels(home: &Home, run: &RunStatus) -> Value {
    json!({
        "app.kubernetes.io/managed-by": "cloister",
        TENANT: home.tenant,
        PIPELINE: home.pipeline,
        RUN: run.id,
        ATTEMPT: run.attempt.to_string(),
    })
}

fn pod(home: &Home, spec: &EtlPipelineSpec, run: &RunStatus) -> Value {
    let mut pod = json!({
        "restartPolicy": "Never",
        "serviceAccountName": "etl",
        "automountServiceAccountToken": false,
        "enableServiceLinks": false,
        "terminationGracePeriodSeconds": 60,
        "securityContext": { "runAsNonRoot": true, "seccompProfile": { "type": "RuntimeDefault" } },
        "containers": [container(home, spec, run)],
        "volumes": [
            { "name": "tmp", "emptyDir": {} },
            { "name": "aws-token", "projected": { "sources": [
                { "serviceAccountToken": { "audience": "sts.amazonaws.com", "expirationSeconds": 3600, "path": "token" } },
            ] } },
        ],
    });
    if home.place == Place::OwnNodes {
        pod["nodeSelector"] = json!({ "node-restriction.kubernetes.io/cloister-tenant": home.tenant });
        pod["tolerations"] = json!([
            { "key": TENANT, "operator": "Equal", "value": home.tenant, "effect": "NoSchedule" },
        ]);
    }
    pod
}

fn container(home: &Home, spec: &EtlPipelineSpec, run: &RunStatus) -> Value {
    let token_file = format!("{TOKEN_DIRECTORY}/token");
    let env = [
        ("AWS_REGION", home.region.as_str()),
        ("AWS_ROLE_ARN", &home.role_arn),
        ("AWS_ROLE_SESSION_NAME", &run.id),
        ("AWS_STS_REGIONAL_ENDPOINTS", "regional"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", &token_file),
        ("CLOISTER_RUN", &instructions(home, spec, run).to_string()),
    ];
    let quantity = json!({ "cpu": spec.resources.cpu, "memory": spec.resources.memory });
    let mut container = json!({
        "name": "worker",
        "image": spec.image,
        "env": env.map(|(name, value)| json!({ "name": name, "value": value })),
        "resources": { "requests": quantity, "limits": quantity },
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": true,
            "capabilities": { "drop": ["ALL"] },
        },
        "volumeMounts": [
            { "name": "tmp", "mountPath": "/tmp" },
            { "name": "aws-token", "mountPath": TOKEN_DIRECTORY, "readOnly": true },
        ],
    });
    if !spec.command.is_empty() {
        container["command"] = json!(spec.command);
    }
    container
}

/// What the worker is told.
fn instructions(home: &Home, spec: &EtlPipelineSpec, run: &RunStatus) -> Value {
    let defaults = spec.parameters.iter().filter_map(|p| Some((&p.name, p.default.as_ref()?)));
    let parameters: BTreeMap<&String, &String> = defaults.chain(&run.parameters).collect();
    let inputs = run.inputs.iter().map(|file| {
        json!({ "bucket": file.bucket, "key": file.key, "versionId": file.version_id, "etag": file.etag, "size": file.size })
    });
    let mut told = json!({
        "tenant": home.tenant,
        "pipeline": home.pipeline,
        "run": run.id,
        "attempt": run.attempt,
        "region": home.region,
        "tasks": { "module": spec.tasks.module, "task": spec.tasks.task },
        "parameters": parameters,
        "inputs": inputs.collect::<Vec<_>>(),
        "work": { "bucket": home.work_bucket, "prefix": format!("_cloister/{}/{}/", home.pipeline, run.id) },
        "keyArn": home.key_arn,
        "lineage": { "namespace": format!("cloister/{}", home.tenant) },
    });
    if let Some(interval) = &run.interval {
        told["interval"] = json!(interval);
    }
    if let Some(at) = &home.warehouse {
        told["warehouse"] = json!({ "cluster": at.cluster, "database": at.database, "schema": at.schema, "copyRole": at.copy_role });
    }
    told
}

#[cfg(test)]
mod tests;
