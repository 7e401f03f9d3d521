//! Roles that people take on from the login account: an engineer, who sees settings and no PHI; an auditor, who reads
//! records, too; and one for emergencies. Each demands a second factor that is fresh, and lasts an hour, IAM's default.

use std::collections::BTreeSet;

use super::{Account, Inputs};
use crate::document::{Document, Statement};
use crate::name;
use crate::ownership::ENVIRONMENT;
use crate::plan::{Desired, DesiredSet, Fate};
use crate::resource::{Policy, Resource, ResourceId, Role};

/// Last parts of the names of roles.
const ENGINEER: &str = "engineer";
const AUDITOR: &str = "auditor";
const BREAK_GLASS: &str = "break-glass";
/// Of the permission boundaries.
const LIMITS: &str = "limits";
const BREAK_GLASS_LIMITS: &str = "break-glass-limits";

/// The role for emergencies, whose use raises an alarm.
pub(super) fn break_glass(environment: &str) -> String {
    name::people(environment, BREAK_GLASS)
}

/// By which it is known that they were there, asked for or not.
#[must_use]
pub fn first_of_people(environment: &str) -> ResourceId {
    ResourceId::Role(name::people(environment, ENGINEER))
}

pub(super) fn desire(inputs: &Inputs<'_>, account: &Account) -> DesiredSet {
    let wanted = inputs.spec.people.as_ref().filter(|_| !inputs.deleting);
    if wanted.is_none() && !inputs.had_people {
        return DesiredSet::new();
    }
    let fate = if wanted.is_some() { Fate::Exist } else { Fate::Vanish };
    // What goes is known by its name.
    let (login, age) = wanted.map_or((&account.id, 0), |p| (&p.login_account_id, p.mfa_age_seconds));
    let desk = Desk { inputs, account, fate, trust: trust(account, login, age) };
    let mut set = DesiredSet::new();
    desk.policy(&mut set, LIMITS, limits(account));
    desk.policy(&mut set, BREAK_GLASS_LIMITS, break_glass_limits(inputs, account));
    desk.role(&mut set, ENGINEER, LIMITS, Document::new([("Settings", settings())]));
    desk.role(
        &mut set,
        AUDITOR,
        LIMITS,
        Document::new([("Settings", settings()), ("Records", records(account))]),
    );
    let all = Document::new([("Anything", Statement::allow(["*"]).on(["*"]))]);
    desk.role(&mut set, BREAK_GLASS, BREAK_GLASS_LIMITS, all);
    set
}

struct Desk<'a> {
    inputs: &'a Inputs<'a>,
    account: &'a Account,
    fate: Fate,
    trust: Document,
}

impl Desk<'_> {
    fn policy(&self, set: &mut DesiredSet, what: &str, document: Document) {
        let policy = Resource::Policy(Policy { document: Some(document) });
        self.add(set, ResourceId::Policy(name::people(self.inputs.name, what)), policy, BTreeSet::new());
    }

    fn role(&self, set: &mut DesiredSet, what: &str, limits: &str, document: Document) {
        self.policy(set, what, document);
        let (name, limits) = (name::people(self.inputs.name, what), name::people(self.inputs.name, limits));
        let mut tags = self.inputs.owner.tags(&format!("role/{what}"));
        tags.insert(ENVIRONMENT.into(), self.account.environment.clone());
        let role = Role {
            trust: Some(self.trust.clone()),
            boundary: self.account.policy_arn(&limits),
            attached: BTreeSet::from([self.account.policy_arn(&name)]),
            inline: BTreeSet::new(),
            tags,
        };
        let needs = BTreeSet::from([ResourceId::Policy(limits), ResourceId::Policy(name.clone())]);
        self.add(set, ResourceId::Role(name), Resource::Role(role), needs);
    }

    fn add(&self, set: &mut DesiredSet, id: ResourceId, resource: Resource, needs: BTreeSet<ResourceId>) {
        set.insert(id, Desired { resource, fate: self.fate, needs, adopt: false });
    }
}

/// Whom the login account lets; without a second factor neither key is there, and nothing matches.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html>
fn trust(account: &Account, login: &str, age: i32) -> Document {
    let people = format!("arn:{}:iam::{login}:root", account.partition());
    let with_mfa = Statement::allow(["sts:AssumeRole"])
        .principal("AWS", people)
        .when("Bool", "aws:MultiFactorAuthPresent", ["true"])
        .when("NumericLessThanEquals", "aws:MultiFactorAuthAge", [age.to_string()]);
    Document::new([("PeopleWithMfa", with_mfa)])
}

/// Not the names of objects, which may tell of a patient.
fn settings() -> Statement {
    Statement::allow(SETTINGS).on(["*"])
}

const SETTINGS: [&str; 25] = [
    "cloudtrail:Describe*",
    "cloudtrail:Get*",
    "cloudtrail:List*",
    "cloudtrail:LookupEvents",
    "cloudwatch:Describe*",
    "cloudwatch:Get*",
    "cloudwatch:List*",
    "ec2:Describe*",
    "events:Describe*",
    "events:List*",
    "iam:Get*",
    "iam:List*",
    "kms:Describe*",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:List*",
    "logs:Describe*",
    "redshift:Describe*",
    "s3:GetBucket*",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:ListAllMyBuckets",
    "sqs:GetQueueAttributes",
    "sqs:List*",
    "tag:GetResources",
];

/// The Environment's own log groups: the warehouse's hold queries, which may hold PHI.
fn records(account: &Account) -> Statement {
    let groups = format!("{}*", name::audit_logs(&account.environment));
    Statement::allow(READ_LOGS).on([account.log_group_arn(&groups)])
}

const READ_LOGS: [&str; 3] = ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery"];

/// The most that an engineer or an auditor can ever do, whatever is attached.
fn limits(account: &Account) -> Document {
    let phi = [
        "kms:Decrypt",
        "kms:GenerateDataKey*",
        "redshift-data:*",
        "redshift:GetClusterCredentials*",
        "s3:DeleteObject*",
        "s3:GetObject*",
        "s3:PutObject*",
        "secretsmanager:GetSecretValue",
        "sqs:ReceiveMessage",
    ];
    Document::new([
        ("Settings", settings()),
        ("Records", records(account)),
        ("NoPhi", Statement::deny(phi).on(["*"])),
    ])
}

/// Everything but what would hide what was done with it.
fn break_glass_limits(inputs: &Inputs<'_>, account: &Account) -> Document {
    let bucket = account.bucket_arn(&inputs.spec.audit.bucket);
    let groups = account.log_group_arn(&format!("{}*", name::audit_logs(&account.environment)));
    let limits = account.policy_arn(&name::people(inputs.name, BREAK_GLASS_LIMITS));
    Document::new([
        ("Anything", Statement::allow(["*"]).on(["*"])),
        ("NoAuditData", Statement::deny(["s3:*"]).on([format!("{bucket}/*"), bucket])),
        ("TrailIsKept", Statement::deny(TRAIL).on([account.trail_arn()])),
        ("LogsAreKept", Statement::deny(LOGS).on([groups])),
        ("NoOtherRole", Statement::deny(["sts:AssumeRole"]).on(["*"])),
        ("LimitsAreKept", Statement::deny(OF_POLICIES).on([limits.clone()])),
        ("NobodyUnlimited", Statement::deny(UNLIMITED).on(["*"])),
        (
            "NobodyNewUnlimited",
            Statement::deny(["iam:CreateRole", "iam:CreateUser", "iam:Put*PermissionsBoundary"])
                .on(["*"])
                .when("StringNotEquals", "iam:PermissionsBoundary", [limits]),
        ),
    ])
}

const TRAIL: [&str; 4] = [
    "cloudtrail:DeleteTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:StopLogging",
    "cloudtrail:UpdateTrail",
];

const LOGS: [&str; 5] = [
    "logs:DeleteLogGroup",
    "logs:DeleteLogStream",
    "logs:DeleteMetricFilter",
    "logs:DeleteRetentionPolicy",
    "logs:PutRetentionPolicy",
];

const OF_POLICIES: [&str; 4] =
    ["iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"];

const UNLIMITED: [&str; 2] = ["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"];
