//! How causes are followed, sorted and told.

use cloister_core::kubectl::why::Sight;
use serde_json::json;

use crate::scene::{SINCE, object, pipeline, ready, unready, why, world};

#[test]
fn what_is_ready_waits_for_nothing() {
    let text = why(&world(ready()), "acme").show();
    assert_eq!(
        text,
        "\
ClientTenant/acme: Ready since 2026-01-31T11:56:00Z (4 min)
└─ it waits for nothing

Nothing has changed about it since 2026-01-31T11:56:00Z.
"
    );
}

#[test]
fn a_chain_is_followed_to_its_end() {
    let message = "waiting: Environment production does not exist; apply it, or correct spec.environment";
    let mut world = world(unready("Progressing", message, json!({})));
    world.environment = Sight::Absent;
    let waits = unready("Progressing", message, json!({}));
    world.buckets = vec![object("IngestBucket", "landing", json!({}), waits)];
    let missing = "waiting: IngestBucket/acme/landing is not ready yet";
    world.pipelines = vec![pipeline("load", unready("Progressing", missing, json!({})))];
    assert_eq!(
        why(&world, "ep/load").show(),
        "\
EtlPipeline/acme/load: not Ready since 2026-01-31T11:56:00Z (4 min)
└─ IngestBucket/acme/landing: not Ready since 2026-01-31T11:56:00Z (4 min)
   └─ Environment production does not exist  [1]

What to do:
[1] IngestBucket/acme/landing: apply it, or correct spec.environment
    $ kubectl get environments
"
    );
}

#[test]
fn causes_are_sorted_and_each_says_what_to_do() {
    let (role, bucket) = ("iam-role/cloister-acme-etl", "s3-bucket/acme-landing-1f0c2a9b");
    let foreign = format!(
        "{role} exists and is not ours (it belongs to ClientTenant/other): add {role} to spec.adopt or remove it"
    );
    let resources = json!([{ "id": role, "state": "Foreign" }, { "id": "iam-role/cloister-acme-loader", "state": "Foreign" }]);
    let mut world = world(unready("NeedsAttention", &foreign, json!({ "resources": resources })));
    let denied = format!(
        "{bucket}: s3:GetBucketEncryption answered AccessDenied: the operator's role lacks the permission; add it to the role's policy"
    );
    let resources = json!([{ "id": bucket, "state": "Unreadable" }]);
    world.buckets = vec![object(
        "IngestBucket",
        "landing",
        json!({}),
        unready("NeedsAttention", &denied, json!({ "resources": resources })),
    )];
    let blocked = [
        "drop table old, which is no longer declared would lose data and is not done: set approvedPlan to \"0a1b\" to approve it",
        "change owner of visits waits for: drop table old",
        "grants of guest are reported: set unmanagedGrants to Revoke to remove them",
    ];
    let plan = json!({ "plan": { "hash": "0a1b", "blocked": blocked } });
    world.schemas = vec![object("RedshiftSchema", "claims", json!({}), unready("NeedsAttention", "…", plan))];
    let answer = why(&world, "ct/acme");
    assert_eq!(
        answer.show(),
        "\
ClientTenant/acme: not Ready since 2026-01-31T11:56:00Z (4 min)
├─ iam-role/cloister-acme-etl exists and is not ours (it belongs to ClientTenant/other)  [1]
├─ iam-role/cloister-acme-loader exists and is not ours  [2]
├─ IngestBucket/acme/landing: not Ready since 2026-01-31T11:56:00Z (4 min)
│  └─ s3-bucket/acme-landing-1f0c2a9b: s3:GetBucketEncryption answered AccessDenied  [3]
└─ RedshiftSchema/acme/claims: not Ready since 2026-01-31T11:56:00Z (4 min)
   ├─ plan 0a1b would lose data and awaits approval: drop table old, which is no longer declared  [4]
   └─ grants of guest are reported  [5]

What to do:
[1] ClientTenant/acme: add iam-role/cloister-acme-etl to spec.adopt or remove it
    $ kubectl patch clienttenant acme --type=merge -p '{\"spec\":{\"adopt\":[\"iam-role/cloister-acme-etl\"]}}'
[2] ClientTenant/acme: add it to spec.adopt or remove it
    $ kubectl patch clienttenant acme --type=merge -p '{\"spec\":{\"adopt\":[\"iam-role/cloister-acme-loader\"]}}'
[3] IngestBucket/acme/landing: allow s3:GetEncryptionConfiguration to role arn:aws:iam::222222222222:role/cloister
[4] RedshiftSchema/acme/claims: read its SQL, and approve it or change the manifest
    $ kubectl cloister approve RedshiftSchema/claims -n acme
[5] RedshiftSchema/acme/claims: set unmanagedGrants to Revoke to remove them
"
    );
    assert_eq!(serde_json::to_value(&answer).unwrap()["causes"][3]["rank"], "Approval");
}

#[test]
fn what_is_wrong_is_told_with_what_to_write() {
    let mut world = world(ready());
    let hint = "there is no such time: write five fields";
    let message = format!("spec.trigger.schedule.cron: {hint}");
    world.pipelines = vec![pipeline("load", unready("Invalid", &message, json!({})))];
    assert_eq!(
        why(&world, "ep/load").show(),
        format!(
            "\
EtlPipeline/acme/load: not Ready since 2026-01-31T11:56:00Z (4 min)
└─ spec.trigger.schedule.cron is wrong  [1]

What to do:
[1] EtlPipeline/acme/load: {hint}
"
        )
    );
}

#[test]
fn nobody_looked_at_a_new_generation_yet() {
    let mut world = world(ready());
    if let Sight::Found(tenant) = &mut world.tenant {
        tenant.metadata.generation = Some(3);
        tenant.spec.paused = true;
    }
    assert_eq!(
        why(&world, "acme").show(),
        "\
ClientTenant/acme: changed since the last look
├─ it is paused: nothing of it is changed  [1]
└─ the operator has not looked at generation 3 yet, but at 1  [2]

What to do:
[1] ClientTenant/acme: resume it once it may go on
    $ kubectl cloister resume ClientTenant/acme
[2] ClientTenant/acme: it does within seconds; if not, see that an operator runs and leads
    $ kubectl get leases -A --field-selector metadata.name=cloister
"
    );
}

#[test]
fn what_is_done_about_several_by_the_same_is_told_once() {
    let ids = ["iam-role/cloister-acme-etl", "iam-role/cloister-acme-uploader"];
    let fault = "iam:CreateRole answered AccessDenied: the operator's role lacks the permission; add it to the role's policy";
    let message = format!("{}: {fault}; {}: {fault}", ids[0], ids[1]);
    let resources = json!(ids.map(|id| json!({ "id": id, "state": "Pending" })));
    let world = world(unready("NeedsAttention", &message, json!({ "resources": resources })));
    assert_eq!(
        why(&world, "acme").show(),
        "\
ClientTenant/acme: not Ready since 2026-01-31T11:56:00Z (4 min)
├─ iam-role/cloister-acme-etl: iam:CreateRole answered AccessDenied  [1]
└─ iam-role/cloister-acme-uploader: iam:CreateRole answered AccessDenied  [2]

What to do:
[1] [2] ClientTenant/acme: allow iam:CreateRole to role arn:aws:iam::222222222222:role/cloister
"
    );
}

#[test]
fn an_answer_fits_a_screen_whatever_there_is() {
    let mut world = world(ready());
    let failed = json!({ "reason": "TaskFailed", "exitCode": 30 });
    let ended = |n: usize| {
        let mut status = ready();
        status["runs"] = json!([{ "id": format!("{n:02}"), "cause": "ByHand", "state": "Failed", "attempt": 1,
            "queuedAt": SINCE, "endedAt": SINCE, "outcome": failed }]);
        status
    };
    world.pipelines = (0..30).map(|n| pipeline(&format!("load-{n:02}"), ended(n))).collect();
    let text = why(&world, "acme").show();
    assert!(text.contains("└─ and 25 more: kubectl get cloister -n acme"), "{text}");
}
