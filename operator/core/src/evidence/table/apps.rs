//! A1-A7: applications, their doors, and what these have in AWS.

use super::super::demand::Test::{AtMostDeclared, Declared, DeclaredOrNone, DeclaredUnseen, False};
use super::super::demand::own;
use super::super::{Part, Safeguard, managed};

const PODS: &str = "deployment/*/app-*";
const SERVICE: &str = "service/*/app-*";
const NETWORK: &str = "networkpolicy/*/app-*";
/// Of it only what names no secret is looked at: it holds the paths of secrets, never what they are.
const DOOR: &str = "configmap/*/app-*-door";
const SESSIONS: &str = "dynamodb-table/*";
const DOOR_POLICY: &str = "iam-policy/cloister-*-door-*";
const APP_POLICY: &str = "iam-policy/cloister-*-app-*";

pub(super) const TABLE: &[Safeguard] = &[
    Safeguard {
        id: "A1",
        title: "TLS of users ended in the application's own pod",
        cfr: &["164.312(e)(1)", "164.312(e)(2)(i)"],
        prowler: &[],
        config: &[],
        fsbp: &[],
        basis: managed(
            Part::Apps,
            &[
                // Any other than those declared could end it before.
                own(
                    SERVICE,
                    "metadata.annotations.service.beta.kubernetes.io/aws-load-balancer-*",
                    DeclaredOrNone,
                ),
                own(SERVICE, "spec.ports.*.targetPort", Declared),
                own(SERVICE, "spec.selector", Declared),
                own(DOOR, "data.door.json.tls", Declared),
                own(DOOR, "data.door.json.upstream", Declared),
            ],
        ),
        beyond: Some(
            "What a Gateway's listener does is up to who keeps the Gateway; a TLSRoute goes only through one that passes TLS on",
        ),
    },
    Safeguard {
        id: "A2",
        title: "Automatic logoff",
        cfr: &["164.312(a)(2)(iii)"],
        prowler: &[],
        config: &[],
        fsbp: &[],
        basis: managed(
            Part::Apps,
            &[
                own(DOOR, "data.door.json.sessions.idleSeconds", AtMostDeclared),
                own(DOOR, "data.door.json.sessions.absoluteSeconds", AtMostDeclared),
                own(DOOR, "data.door.json.sessions.table", Declared),
                own(SESSIONS, "expires", Declared),
            ],
        ),
        beyond: Some("Sessions at the identity provider"),
    },
    Safeguard {
        id: "A3",
        title: "Who saw what is recorded",
        cfr: &["164.308(a)(1)(ii)(D)", "164.312(b)"],
        prowler: &[],
        config: &[],
        fsbp: &[],
        basis: managed(
            Part::Apps,
            &[
                own(DOOR, "data.door.json.accessLog.*", Declared),
                own(DOOR_POLICY, "document.PutAccessLogs", Declared).with(Part::Audit),
                own(DOOR_POLICY, "document.EncryptAccessLogs", Declared).with(Part::Audit),
            ],
        ),
        beyond: Some("That records arrived is for the door's metrics to say; reading them is up to people"),
    },
    Safeguard {
        id: "A4",
        title: "Applications run as they were declared",
        cfr: &["164.312(c)(1)"],
        prowler: &[],
        config: &[],
        fsbp: &[],
        basis: managed(
            Part::Apps,
            &[
                own(PODS, "spec.template.spec.containers.*.image", Declared),
                // Environment and command may be anything, so they are not shown.
                own(PODS, "spec.template.spec", DeclaredUnseen),
            ],
        ),
        beyond: Some("What is in an image is up to who builds it: it is named by its digest"),
    },
    Safeguard {
        id: "A5",
        title: "Users of this tenant only, with a second factor",
        cfr: &["164.312(a)(2)(i)", "164.312(d)"],
        prowler: &[],
        config: &[],
        fsbp: &[],
        basis: managed(Part::Apps, &[own(DOOR, "data.door.json.signIn.*", Declared)]),
        beyond: Some(
            "Who is in the group, and what a second factor is there, is up to the identity provider",
        ),
    },
    Safeguard {
        id: "A6",
        title: "Applications reached and reaching out as declared",
        cfr: &["164.312(a)(1)", "164.312(e)(1)"],
        prowler: &[],
        config: &[],
        fsbp: &[],
        basis: managed(
            Part::Apps,
            &[
                own(NETWORK, "spec", Declared),
                own(SERVICE, "spec.type", Declared),
                own(SERVICE, "spec.externalIPs", DeclaredOrNone),
                own(SERVICE, "spec.loadBalancerSourceRanges", DeclaredOrNone),
            ],
        ),
        beyond: Some("Network policies that others add, and whether the cluster's network plugin obeys them"),
    },
    Safeguard {
        id: "A7",
        title: "Sessions encrypted, and kept by the door alone",
        cfr: &["164.312(a)(1)", "164.312(a)(2)(iv)"],
        prowler: &[],
        config: &[],
        fsbp: &[],
        basis: managed(
            Part::Apps,
            &[
                own(SESSIONS, "kmsKey", Declared),
                // Whoever restored it would bring back sessions that were ended.
                own(SESSIONS, "pointInTimeRecovery", False),
                own(DOOR_POLICY, "document.KeepSessions", Declared),
                own(DOOR_POLICY, "document.UseKey", Declared),
                own(APP_POLICY, "document.*", Declared),
            ],
        ),
        beyond: Some("What the application's role may read is up to the database's grants"),
    },
];
