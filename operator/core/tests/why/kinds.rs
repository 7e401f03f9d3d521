//! What each kind has to tell of itself.

use cloister_core::kubectl::why::Sight;
use serde_json::{Value, json};

use crate::scene::{SINCE, condition, home, object, pipeline, ready, unready, why, world};

#[test]
fn a_pipeline_tells_of_its_runs_and_names_no_file() {
    let run = |id: &str, state: &str, more: Value| {
        let mut run = json!({ "id": id, "cause": "Arrival", "state": state, "attempt": 2, "queuedAt": SINCE,
            "inputs": [{ "bucket": "b", "key": "jane-doe.csv", "versionId": "1", "etag": "e", "size": 1, "at": SINCE }] });
        run.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        run
    };
    let failed = run(
        "0a",
        "Failed",
        json!({ "endedAt": SINCE, "outcome": { "reason": "InputRejected", "exitCode": 50 } }),
    );
    let active = run("0b", "Active", json!({ "startedAt": SINCE }));
    let mut status = ready();
    status["runs"] = json!([failed, active, run("0c", "Queued", json!({}))]);
    status["pending"] = json!([{ "bucket": "b", "key": "john-doe.csv", "versionId": "1", "etag": "e", "size": 1, "at": SINCE }]);
    let mut deaf = condition("Listening", "False", "QueueUnavailable");
    deaf["message"] = json!(
        "arrivals are not heard of, since queue q cannot be received from (sqs:ReceiveMessage answered 500: no clear answer from AWS; \
         tried again by itself): files are found by the next listing of the bucket, or once the queue answers again"
    );
    status["conditions"].as_array_mut().unwrap().push(deaf);
    let mut world = world(ready());
    world.pipelines = vec![pipeline("load", status)];
    let answer = why(&world, "acme");
    assert!(!serde_json::to_string(&answer).unwrap().contains("doe"));
    assert_eq!(
        answer.show(),
        "\
ClientTenant/acme: Ready since 2026-01-31T11:56:00Z (4 min)
└─ EtlPipeline/acme/load: Ready since 2026-01-31T11:56:00Z (4 min)
   ├─ arrivals are not heard of, since queue q cannot be received from (sqs:ReceiveMessage answered 500: no clear answer from AWS; tried again by itself)  [1]
   ├─ run 0a failed: InputRejected (the file is not as declared, so it is not tried again, exit code 50), attempt 2  [2]
   ├─ run 0b is active since 2026-01-31T11:56:00Z, attempt 2; 1 runs are queued
   └─ 1 files wait for their quiet time, their marker or an active run

What to do:
[1] EtlPipeline/acme/load: files are found by the next listing of the bucket, or once the queue answers again
[2] EtlPipeline/acme/load: see what it said (kubectl logs -n acme -l cloister.dev/run=0a), mend that, then try again
    $ kubectl cloister retry load -n acme
"
    );
}

#[test]
fn what_aws_makes_is_waited_for_and_its_children_lead_to_it() {
    let cluster = "redshift-cluster/cloister-acme-1f0c2a9b";
    let making =
        format!("{cluster}: Redshift cluster is being created since 11:50:00 UTC (usually 5 to 10 minutes)");
    let resources = json!([{ "id": cluster, "state": "Changing" }]);
    let mut world = world(unready("Progressing", &making, json!({ "resources": resources })));
    let waits =
        unready("Progressing", "waiting: the warehouse of ClientTenant/acme is being made", json!({}));
    world.schemas = vec![object("RedshiftSchema", "claims", json!({}), waits)];
    let expected = "\
RedshiftSchema/acme/claims: not Ready since 2026-01-31T11:56:00Z (4 min)
└─ the warehouse of ClientTenant/acme is being made
   └─ ClientTenant/acme: not Ready since 2026-01-31T11:56:00Z (4 min)
      └─ redshift-cluster/cloister-acme-1f0c2a9b: Redshift cluster is being created since 11:50:00 UTC (usually 5 to 10 minutes)  [1]

What to do:
[1] ClientTenant/acme: nothing: it goes on by itself
";
    assert_eq!(why(&world, "rs/claims").show(), expected);
    let status = "waiting: RedshiftSchema/acme/claims is not ready: waiting: the warehouse of ClientTenant/acme is being made";
    if let Sight::Found(tenant) = &mut world.tenant {
        // Its cluster stands by now, and the schema has yet to look.
        let common = &mut tenant.status.as_mut().unwrap().common;
        (common.message, common.resources) = (status.to_owned(), Vec::new());
    }
    assert_eq!(
        why(&world, "acme").show(),
        "\
ClientTenant/acme: not Ready since 2026-01-31T11:56:00Z (4 min)
└─ RedshiftSchema/acme/claims: not Ready since 2026-01-31T11:56:00Z (4 min)
   └─ the warehouse of ClientTenant/acme is being made (see above)

Nothing to do: it goes on by itself.
"
    );
}

#[test]
fn an_application_says_what_to_write_and_why_its_pods_do_not_start() {
    let spec = json!({
        "image": "registry.example/claims", "host": "claims.acme.example", "users": [{ "group": "acme-analysts" }],
        "signIn": { "clientId": "acme-claims", "secretName": "claims-sign-in" }, "tls": { "secretName": "claims-tls" },
        "exposure": { "loadBalancer": {} },
    });
    let shown = |message: &str| {
        let mut world = world(ready());
        world.schemas = vec![object("RedshiftSchema", "claims", json!({}), ready())];
        world.apps =
            vec![object("AnalyticsApp", "claims", spec.clone(), unready("Progressing", message, json!({})))];
        why(&world, "app/claims").show()
    };
    assert_eq!(
        shown(
            "waiting: RedshiftSchema claims has no role analyst: declare it there, or correct spec.data.role; waiting: \
             Secret claims-sign-in does not exist; write the client's secret into its key client-secret; waiting: \
             Environment production keeps no audit bucket, and the access log needs one; set spec.audit.roleArn of it"
        ),
        "\
AnalyticsApp/acme/claims: not Ready since 2026-01-31T11:56:00Z (4 min)
├─ RedshiftSchema claims has no role analyst  [3]
├─ Secret claims-sign-in does not exist  [1]
└─ Environment production keeps no audit bucket, and the access log needs one  [2]

What to do:
[1] AnalyticsApp/acme/claims: write the client's secret into its key client-secret
[2] AnalyticsApp/acme/claims: set spec.audit.roleArn of it
[3] AnalyticsApp/acme/claims: declare it there, or correct spec.data.role
"
    );
    let pods = |why: &str| shown(&format!("waiting: 0 of 2 pods are ready: {why}"));
    for (why, next, command) in [
        (
            "container app: ImagePullBackOff",
            "or correct spec.image",
            "kubectl describe pods -n acme -l cloister.dev/app=claims",
        ),
        (
            "container door: ErrImagePull",
            "see that the operator's --door-image is",
            "kubectl describe pods -n acme",
        ),
        (
            "container app: CrashLoopBackOff, after exit code 1",
            "before it ended",
            "kubectl logs -n acme -l cloister.dev/app=claims",
        ),
        ("container app: it runs, and is not ready", "it answers spec.healthPath", "kubectl logs -n acme"),
        (
            "a pod finds no node: 0/1 nodes are available",
            "see spec.nodes of its ClientTenant",
            "kubectl describe pods",
        ),
        ("a pod failed: Evicted", "see what is told of its pods", "kubectl describe pods"),
    ] {
        let told = pods(why);
        assert!(told.contains(&format!("0 of 2 pods are ready: {why}  [1]")), "{told}");
        assert!(told.contains(next) && told.contains(&format!("    $ {command}")), "{told}");
    }
    assert!(shown("waiting: 1 of 2 pods are ready").contains("it goes on by itself"));
}

#[test]
fn a_pool_a_window_and_a_leaving_are_told() {
    let (cluster, key) = ("redshift-cluster/cloister-acme-1f0c2a9b", "kms-key/alias/cloister/acme");
    let message = format!(
        "{cluster}: parameters wait for a reboot in the maintenance window sun:05:00-sun:06:00 (UTC); warehouse.reboots: AtOnce does it now"
    );
    let mut launching = condition("Launching", "False", "VcpuLimitExceeded");
    launching["message"] = json!(
        "ec2:RunInstances answered VcpuLimitExceeded: a quota of the account is used up; raise it in Service Quotas"
    );
    let more = json!({
        "resources": [{ "id": cluster, "state": "Pending" }],
        "intents": [{ "resource": key, "since": SINCE }],
        "nodes": { "isolation": "", "instances": 0, "proven": 0, "launching": 0, "draining": 0, "waitingPods": 2, "conditions": [launching] },
        "offboarding": {
            "stage": "Waiting", "since": SINCE, "approval": { "tenant": "acme", "seenAt": SINCE }, "destroyAt": "2026-03-02T11:56:00Z",
        },
    });
    let text = why(&world(unready("Progressing", &message, more)), "acme").show();
    assert_eq!(
        text,
        "\
ClientTenant/acme: not Ready since 2026-01-31T11:56:00Z (4 min)
├─ redshift-cluster/cloister-acme-1f0c2a9b parameters wait for a reboot in the maintenance window sun:05:00-sun:06:00 (UTC)  [3]
├─ kms-key/alias/cloister/acme was asked for at 2026-01-31T11:56:00Z; a second one is not asked for before KMS must show it  [4]
├─ it leaves for good, Waiting since 2026-01-31T11:56:00Z: everything is destroyed from 2026-03-02T11:56:00Z on  [2]
└─ 2 pods wait for a node: ec2:RunInstances answered VcpuLimitExceeded: a quota of the account is used up  [1]

What to do:
[1] ClientTenant/acme: raise it in Service Quotas
    $ kubectl get pods -n acme --field-selector status.phase=Pending
[2] ClientTenant/acme: remove spec.offboarding before, and nothing is
[3] ClientTenant/acme: nothing: it is done then; warehouse.reboots: AtOnce does it now
[4] ClientTenant/acme: nothing: it goes on by itself
"
    );
}

#[test]
fn an_environment_tells_what_keeps_the_operator_out() {
    let role = "arn:aws:iam::222222222222:role/cloister";
    let message = format!(
        "waiting: cannot assume {role} (sts:AssumeRole answered AccessDenied: the operator's role lacks the permission; add it to the \
         role's policy); its trust policy must allow the operator's own role with sts:ExternalId external-1"
    );
    let mut world =
        world(unready("Progressing", "waiting: Environment production is not ready yet", json!({})));
    world.environment =
        Sight::Found(Box::new(home(unready("Progressing", &message, json!({ "events": "Silent" })))));
    assert_eq!(
        why(&world, "acme").show(),
        format!(
            "\
ClientTenant/acme: not Ready since 2026-01-31T11:56:00Z (4 min)
└─ Environment/production: not Ready since 2026-01-31T11:56:00Z (4 min)
   ├─ cannot assume {role} (sts:AssumeRole answered AccessDenied)  [2]
   └─ CloudTrail's events are not heard: differences are found by the sweep alone  [1]

What to do:
[1] Environment/production: see that a trail records management events, and that the rule's queue takes them
    $ kubectl describe environment production
[2] Environment/production: its trust policy must allow the operator's own role with sts:ExternalId external-1
"
        )
    );
}
