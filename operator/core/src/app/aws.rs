//! What an application has in AWS: the table of its door's sessions, and two roles. The application's reads the tenant's
//! warehouse, the door's keeps sessions and writes the access log; neither can be taken with a token for the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Document, Statement};
use crate::environment::Account;
use crate::name::Names;
use crate::ownership::{ENVIRONMENT, OWNER_UID, Owner, TENANT};
use crate::plan::{Desired, DesiredSet, Fate};
use crate::resource::{ACCESS_LOGS, Policy, Resource, ResourceId, Role, Table, Tags};
use crate::warehouse::client;

/// For whom the tokens are that the pod gets: one is the application's, the other the door's. The IAM OIDC provider of
/// the cluster must list both.
pub const APP_AUDIENCE: &str = "sts.amazonaws.com";
pub const DOOR_AUDIENCE: &str = "door.cloister.dev";
/// The attribute by which DynamoDB tidies up. When a session ends the door alone decides.
const EXPIRES: &str = "expires";

/// What an application's part of AWS is made from.
#[derive(Clone, Debug)]
pub struct Inputs<'a> {
    /// The object's own name.
    pub name: &'a str,
    /// The tenant owns the AWS resources, as with buckets, so that its offboarding finds what is left of them.
    pub tenant: &'a Owner,
    pub names: &'a Names,
    pub account: &'a Account,
    /// Of the tenant's key.
    pub key_arn: &'a str,
    /// Cluster and database; none where it is told of no warehouse.
    pub warehouse: Option<(&'a str, &'a str)>,
    pub fate: Fate,
}

impl Inputs<'_> {
    fn tags(&self, what: &str) -> Tags {
        let mut tags = self.tenant.tags(&format!("{what}/{}", self.name));
        tags.insert(TENANT.into(), self.names.tenant.clone());
        tags.insert(ENVIRONMENT.into(), self.account.environment.clone());
        tags
    }

    fn table(&self) -> String {
        self.names.session_table(self.name)
    }
}

/// The table, and two roles with a policy each.
#[must_use]
pub fn desire(inputs: &Inputs<'_>) -> DesiredSet {
    let mut set = DesiredSet::new();
    let mut add = |id: ResourceId, resource: Resource, needs: BTreeSet<ResourceId>| {
        set.insert(id, Desired { resource, fate: inputs.fate, needs, adopt: false });
    };
    add(ResourceId::Table(inputs.table()), Resource::Table(sessions(inputs)), BTreeSet::new());
    for (purpose, audience, document) in
        [("app", APP_AUDIENCE, app_document(inputs)), ("door", DOOR_AUDIENCE, door_document(inputs))]
    {
        let name = inputs.names.role(&format!("{purpose}-{}", inputs.name));
        let policy = ResourceId::Policy(name.clone());
        add(policy.clone(), Resource::Policy(Policy { document: Some(document) }), BTreeSet::new());
        let role = role(inputs, purpose, audience, &name);
        add(ResourceId::Role(name), Resource::Role(role), BTreeSet::from([policy]));
    }
    set
}

/// Whoever restored it would bring back sessions that were ended, so no backups are kept; and it may be deleted, since
/// all that is lost is that users sign in again.
fn sessions(inputs: &Inputs<'_>) -> Table {
    Table {
        key: "id:S".into(),
        kms_key: Some(inputs.key_arn.to_owned()),
        billing: "PAY_PER_REQUEST".into(),
        expires: Some(EXPIRES.into()),
        deletion_protection: false,
        point_in_time_recovery: false,
        tags: inputs.tags("sessions"),
    }
}

fn role(inputs: &Inputs<'_>, purpose: &str, audience: &str, name: &str) -> Role {
    let account = inputs.account;
    let pods = account.trust_pods(&inputs.names.tenant, &format!("app-{}", inputs.name), audience);
    Role {
        trust: Some(Document::new([("Pods", pods)])),
        boundary: account.policy_arn(&inputs.names.role("boundary")),
        attached: BTreeSet::from([account.policy_arn(name)]),
        inline: BTreeSet::new(),
        tags: inputs.tags(&format!("role/{purpose}")),
    }
}

/// Reads by statements of its own in the tenant's database. What it may read there, the database says.
fn app_document(inputs: &Inputs<'_>) -> Document {
    let Some((cluster, database)) = inputs.warehouse else {
        // IAM takes no policy that says nothing.
        return Document::new([("NoWarehouse", Statement::deny(["redshift-data:*"]).on(["*"]))]);
    };
    let run = ["redshift-data:BatchExecuteStatement", "redshift-data:ExecuteStatement"];
    let own = [
        "redshift-data:CancelStatement",
        "redshift-data:DescribeStatement",
        "redshift-data:GetStatementResult",
    ];
    Document::new([
        ("RunStatements", client::run(inputs.account, cluster, run)),
        ("SeeOwnStatements", client::own_statements(own)),
        ("AsItself", client::login(inputs.account, cluster, database)),
    ])
}

/// Items of its table by their ids: it can neither list sessions nor change the table.
const ITEMS: [&str; 6] = [
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
];

fn door_document(inputs: &Inputs<'_>) -> Document {
    let (account, tenant) = (inputs.account, &inputs.names.tenant);
    let under = format!("{ACCESS_LOGS}{tenant}/{}/", inputs.name);
    let uses = ["kms:Decrypt", "kms:GenerateDataKey"];
    let mut document = Document::new([
        ("KeepSessions", Statement::allow(ITEMS).on([account.table_arn(&inputs.table())])),
        ("UseKey", account.key_through(inputs.key_arn, uses, &["dynamodb"])),
    ]);
    document.0.extend(access_logs(account, &under));
    document
}

/// The right to put access logs under a prefix, and to encrypt them; nothing where no records are kept.
fn access_logs(account: &Account, under: &str) -> BTreeMap<String, Statement> {
    let Some(key) = &account.audit_key else { return BTreeMap::new() };
    let objects = format!("{}/{under}*", account.bucket_arn(&account.audit_bucket));
    // Of another account, which may lie in another region.
    let put = Statement::allow(["s3:PutObject"]).on([objects]).when("Bool", "aws:SecureTransport", ["true"]);
    let encrypt = account.key_through(key, ["kms:GenerateDataKey"], &["s3"]);
    BTreeMap::from([("PutAccessLogs".to_owned(), put), ("EncryptAccessLogs".to_owned(), encrypt)])
}

/// What the tenant's boundary lets its doors do: the tenant's tables, its part of the audit bucket.
pub(crate) fn boundary(names: &Names, account: &Account) -> BTreeMap<String, Statement> {
    let tables = account.table_arn(&names.session_table("*"));
    let mut statements = access_logs(account, &format!("{ACCESS_LOGS}{}/", names.tenant));
    statements.insert("OwnSessions".into(), Statement::allow(ITEMS).on([tables]));
    statements
}

/// The tenant's key serves the tables of its doors. Who makes a table lends DynamoDB the use of the key by a grant, for
/// what it does by itself; who uses it is asked for each time.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html>
pub(crate) fn key_statements(names: &Names, owner: &Owner, account: &Account) -> [(String, Statement); 2] {
    let host = || [account.service_host("dynamodb")];
    let lend = Statement::allow([
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
    ])
    .principal("AWS", account.root())
    .on(["*"])
    .when("ArnEquals", "aws:PrincipalArn", [account.operator_role.clone()])
    .when("StringEquals", "kms:ViaService", host());
    // Of two tenants the one's name may begin like the other's roles, so the role's owner counts too.
    let used = Statement::allow(["kms:Decrypt", "kms:GenerateDataKey"])
        .principal("AWS", account.root())
        .on(["*"])
        .when("ArnLike", "aws:PrincipalArn", [account.role_arn(&names.role("door-*"))])
        .when("StringEquals", &format!("aws:PrincipalTag/{OWNER_UID}"), [owner.uid.clone()])
        .when("StringEquals", "kms:ViaService", host());
    [("LentToTables".into(), lend), ("UsedByDoors".into(), used)]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const KEY: &str = "arn:aws:kms:us-east-1:222222222222:key/k";

    fn wanted(tenant: &str, warehouse: Option<(&str, &str)>, audit_key: Option<&str>) -> DesiredSet {
        let home: cloister_crds::Environment =
            serde_saphyr::from_str(include_str!("../../../../examples/environment-production.yaml"))
                .unwrap_or_else(|error| unreachable!("{error}"));
        let mut account = Account::new("production", &home.spec);
        account.audit_key = audit_key.map(str::to_owned);
        let owner = Owner { object: format!("ClientTenant/{tenant}"), uid: format!("uid-of-{tenant}") };
        let names = Names::new(tenant, &owner.uid);
        let (tenant, names, account) = (&owner, &names, &account);
        desire(&Inputs { name: "claims", tenant, names, account, key_arn: KEY, warehouse, fate: Fate::Exist })
    }

    fn document<'a>(set: &'a DesiredSet, name: &str) -> &'a Document {
        match set.get(&ResourceId::Policy(name.to_owned())).map(|want| &want.resource) {
            Some(Resource::Policy(Policy { document: Some(document) })) => document,
            other => unreachable!("{name}: {other:?}"),
        }
    }

    #[test]
    fn each_role_trusts_one_service_account_and_one_audience() {
        let set = wanted("acme", None, None);
        let audiences: Vec<String> = ["app", "door"]
            .iter()
            .map(|purpose| {
                let id = ResourceId::Role(format!("cloister-acme-{purpose}-claims"));
                let Some(Resource::Role(Role { trust: Some(trust), boundary, .. })) =
                    set.get(&id).map(|want| &want.resource)
                else {
                    unreachable!("{id}")
                };
                assert!(boundary.ends_with("/cloister-acme-boundary"));
                let text = trust.render();
                assert!(text.contains("system:serviceaccount:acme:app-claims"), "{text}");
                let audience = [APP_AUDIENCE, DOOR_AUDIENCE].into_iter().filter(|a| text.contains(a));
                audience.collect::<Vec<_>>().join(",")
            })
            .collect();
        assert_eq!(audiences, [APP_AUDIENCE, DOOR_AUDIENCE]);
    }

    #[test]
    fn a_door_is_let_to_its_table_and_its_prefix_and_an_application_to_its_database() {
        let set =
            wanted("acme", Some(("warehouse", "acme")), Some("arn:aws:kms:us-east-1:222222222222:key/a"));
        let resources = |name: &str| -> BTreeSet<String> {
            document(&set, name).0.values().flat_map(|statement| statement.resource.clone()).collect()
        };
        let table = Names::new("acme", "uid-of-acme").session_table("claims");
        let door = resources("cloister-acme-door-claims");
        let expected = [
            format!("arn:aws:dynamodb:us-east-1:222222222222:table/{table}"),
            KEY.to_owned(),
            "arn:aws:kms:us-east-1:222222222222:key/a".to_owned(),
            "arn:aws:s3:::cloister-audit-444444444444/app-access/acme/claims/*".to_owned(),
        ];
        assert_eq!(door, BTreeSet::from(expected));
        let expected = [
            "*",
            "arn:aws:redshift:us-east-1:222222222222:cluster:warehouse",
            "arn:aws:redshift:us-east-1:222222222222:dbname:warehouse/acme",
        ];
        assert_eq!(resources("cloister-acme-app-claims"), expected.map(str::to_owned).into());
    }

    #[test]
    fn without_a_warehouse_an_application_may_do_nothing() {
        let set = wanted("acme", None, None);
        let allows = document(&set, "cloister-acme-app-claims").0.values();
        assert_eq!(allows.filter(|s| s.effect == crate::document::Effect::Allow).count(), 0);
    }

    #[test]
    fn tables_of_two_tenants_never_meet_in_a_boundary() {
        // One name begins like the other: `cloister-acme-*` alone would match both.
        let (short, long) = (Names::new("acme", "1"), Names::new("acme-health", "2"));
        let pattern = short.session_table("*");
        let (start, end) = pattern.split_once('*').unwrap_or_default();
        let other = long.session_table("claims");
        assert!(other.starts_with(start) && !other.ends_with(end));
    }
}
