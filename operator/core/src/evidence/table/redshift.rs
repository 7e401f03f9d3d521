//! R1-R9: the warehouse, whether it is the tenant's own or the Environment's.

use super::super::demand::Test::{AtLeast, Contains, Declared, False, Is, Rule, True, Within};
use super::super::demand::{any, own};
use super::super::rules::{OWN_ADMIN, OWN_DATABASE};
use super::super::{Part, Safeguard, managed};
use crate::drill::LIMIT_SECONDS;

const CLUSTER: &str = "redshift-cluster/*";
const PARAMETERS: &str = "redshift-parameter-group/*";
/// What `status.lastDrill` has on record.
const DRILL: &str = "recovery-drill/*";

pub(super) const TABLE: &[Safeguard] = &[
    Safeguard {
        id: "R1",
        title: "Warehouse encrypted at rest",
        cfr: &["164.312(a)(2)(iv)", "164.312(e)(2)(ii)"],
        prowler: &["redshift_cluster_encrypted_at_rest"],
        config: &["redshift-cluster-configuration-check", "redshift-cluster-kms-enabled"],
        fsbp: &["Redshift.10"],
        basis: managed(
            Part::Warehouse,
            &[any(CLUSTER, "encryption.enabled", True), any(CLUSTER, "encryption.kmsKey", Declared)],
        ),
        beyond: None,
    },
    Safeguard {
        id: "R2",
        title: "TLS to the warehouse",
        cfr: &["164.312(e)(1)", "164.312(e)(2)(i)"],
        prowler: &["redshift_cluster_in_transit_encryption_enabled"],
        config: &["redshift-require-tls-ssl"],
        fsbp: &["Redshift.2"],
        basis: managed(
            Part::Warehouse,
            &[
                any(PARAMETERS, "parameters.require_ssl", Is("true")),
                any(CLUSTER, "parameterGroup", Declared),
                any(CLUSTER, "parametersInEffect", True),
            ],
        ),
        beyond: None,
    },
    Safeguard {
        id: "R3",
        title: "Use of the warehouse logged",
        cfr: &["164.312(b)", "164.308(a)(1)(ii)(D)"],
        prowler: &["redshift_cluster_audit_logging"],
        config: &["redshift-cluster-configuration-check"],
        fsbp: &["Redshift.4"],
        basis: managed(
            Part::Warehouse,
            &[
                any(CLUSTER, "logExports", Contains(&["connectionlog", "useractivitylog", "userlog"])),
                any(PARAMETERS, "parameters.enable_user_activity_logging", Is("true")),
                any(CLUSTER, "parameterGroup", Declared),
                any(CLUSTER, "parametersInEffect", True),
            ],
        ),
        beyond: None,
    },
    Safeguard {
        id: "R4",
        title: "Warehouse not public",
        cfr: &["164.312(a)(1)"],
        prowler: &["redshift_cluster_public_access"],
        config: &["redshift-cluster-public-access-check"],
        fsbp: &["Redshift.1"],
        basis: managed(Part::Warehouse, &[any(CLUSTER, "publiclyAccessible", False)]),
        beyond: None,
    },
    Safeguard {
        id: "R5",
        title: "Warehouse backed up, and copied to another region",
        cfr: &[
            "164.308(a)(7)(ii)(A)",
            "164.308(a)(7)(ii)(B)",
            "164.308(a)(7)(ii)(C)",
            "164.312(a)(2)(ii)",
            "164.310(d)(2)(iv)",
        ],
        prowler: &["redshift_cluster_automated_snapshot"],
        config: &["redshift-backup-enabled"],
        fsbp: &["Redshift.3"],
        basis: managed(
            Part::Warehouse,
            &[
                any(CLUSTER, "snapshotRetentionDays", AtLeast(7)),
                any(CLUSTER, "snapshotCopy.region", Declared),
                any(CLUSTER, "snapshotCopy.grant", Declared),
                any(CLUSTER, "snapshotCopy.retentionDays", AtLeast(7)),
            ],
        ),
        beyond: Some("Whether a copy can be restored is shown by R9"),
    },
    Safeguard {
        id: "R6",
        title: "Warehouse patched",
        cfr: &[],
        prowler: &["redshift_cluster_automatic_upgrades"],
        config: &["redshift-cluster-maintenancesettings-check"],
        fsbp: &["Redshift.6"],
        basis: managed(
            Part::Warehouse,
            &[any(CLUSTER, "allowVersionUpgrade", True), any(CLUSTER, "maintenanceWindow", Declared)],
        ),
        beyond: None,
    },
    Safeguard {
        id: "R7",
        title: "Traffic of the warehouse within the VPC",
        cfr: &["164.314(b)"],
        prowler: &["redshift_cluster_enhanced_vpc_routing"],
        config: &["redshift-enhanced-vpc-routing-enabled"],
        fsbp: &["Redshift.7", "RedshiftServerless.1"],
        basis: managed(Part::Warehouse, &[any(CLUSTER, "enhancedVpcRouting", True)]),
        beyond: Some("The VPC's endpoints for S3 and KMS are up to who makes the VPC"),
    },
    Safeguard {
        id: "R8",
        title: "No default administrator or database",
        cfr: &[],
        prowler: &["redshift_cluster_non_default_username", "redshift_cluster_non_default_database_name"],
        config: &["redshift-default-admin-check", "redshift-default-db-name-check"],
        fsbp: &["Redshift.8", "Redshift.9"],
        basis: managed(
            Part::Warehouse,
            &[any(CLUSTER, "admin", Rule(OWN_ADMIN)), any(CLUSTER, "database", Rule(OWN_DATABASE))],
        ),
        beyond: None,
    },
    Safeguard {
        id: "R9",
        title: "Recovery of the warehouse tried within a year",
        cfr: &["164.308(a)(7)(ii)(D)"],
        prowler: &[],
        config: &[],
        fsbp: &[],
        basis: managed(
            Part::Warehouse,
            &[
                own(DRILL, "result", Is("Matched")),
                own(DRILL, "ageDays", Within(0, 365)),
                own(DRILL, "seconds", Within(0, LIMIT_SECONDS)),
            ],
        ),
        beyond: Some(
            "cloister drill tries the warehouse, and counts what has no copy in buckets that have copies (S10); its 72 hours are those of a proposed rule (90 FR 898)",
        ),
    },
];
