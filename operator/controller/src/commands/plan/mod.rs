//! `cloister plan`: the controller's own engine, with its hands tied.

mod apps;
mod environment;
mod live;
mod manifests;
mod render;

pub(crate) use environment::account;
pub(super) use environment::plan_environment;
pub(crate) use live::Live;
pub(crate) use manifests::Manifests;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use cloister_core::bucket;
use cloister_core::name::Names;
use cloister_core::observed::{Observed, ObservedSet};
use cloister_core::ownership::Owner;
use cloister_core::plan::{DesiredSet, Fate, Mode, Plan, plan};
use cloister_core::resource::{KEY_NOT_KNOWN_YET, ResourceId};
use cloister_core::tenant::{self, KeyArns};
use cloister_crds::{ClientTenant, Environment, IngestBucket};
use futures::future::join_all;
use kube::ResourceExt;

use super::Complaint;
use super::access::Access;
use crate::api::Object;
use crate::kinds::{copies, desired_schema, load_balancers, minute_of_week};

#[derive(Args)]
pub struct Options {
    /// Manifest, or directory of manifests. May be given more than once.
    #[arg(short = 'f', long = "filename", required = true)]
    filename: Vec<PathBuf>,
    /// Compare with what stands in the account and the cluster, instead of with nothing.
    #[arg(long)]
    live: bool,
    #[arg(short, long, value_enum, default_value_t = Output::Table)]
    output: Output,
    #[command(flatten)]
    access: Access,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    Table,
    Json,
}

/// What is looked at, and where: none is compared with nothing.
pub struct Survey<'a> {
    pub live: Option<&'a Live>,
    /// Which resources.
    pub of: &'a dyn Fn(&ResourceId) -> bool,
}

/// What is planned for one object.
pub struct Section {
    pub object: String,
    pub desired: DesiredSet,
    pub observed: ObservedSet,
    pub plan: Plan,
}

pub async fn run(options: Options) -> Result<ExitCode, Complaint> {
    let mut manifests = Manifests::read(&options.filename)?;
    if !manifests.complaints.is_empty() {
        return Err(manifests.complaints.join("\n       ").into());
    }
    let live = if options.live { Some(Live::connect(&mut manifests, &options.access).await?) } else { None };
    let survey = Survey { live: live.as_ref(), of: &|_| true };
    let mut sections = Vec::new();
    for environment in &manifests.environments {
        sections.push(plan_environment(environment, &manifests, &survey).await);
    }
    for tenant in &manifests.tenants {
        let home = manifests.home(tenant)?;
        let lacking = tenant::validate_home(&tenant.spec, &account(home));
        if !lacking.is_empty() {
            let all: Vec<String> = lacking.iter().map(|v| format!("{}: {v}", tenant.label())).collect();
            return Err(all.join("\n       ").into());
        }
        sections.extend(plan_tenant(tenant, home, &manifests, &survey).await);
        plan_schemas(tenant, home, &manifests, &survey, &mut sections).await?;
    }
    let calls = live.as_ref().and_then(Live::calls);
    render::print(&sections, calls, options.output)?;
    if sections.iter().any(|s| s.observed.values().any(|seen| matches!(seen, Observed::Unreadable(_)))) {
        return Ok(ExitCode::FAILURE);
    }
    let changes = sections.iter().any(|s| !s.plan.is_settled());
    Ok(if changes { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

/// The tenant itself, then its buckets, then its applications.
pub(super) async fn plan_tenant(
    tenant: &ClientTenant,
    home: &Environment,
    manifests: &Manifests,
    survey: &Survey<'_>,
) -> Vec<Section> {
    let owner = owner(tenant);
    let (name, account) = (tenant.name_any(), account(home));
    let names = names(&name, &owner);
    let buckets = manifests.buckets_of(tenant);
    let named_buckets = buckets.iter().filter_map(|b| b.spec.bucket_name.clone()).collect();
    let apps = manifests.apps_of(tenant);
    let inputs = tenant::Inputs {
        spec: &tenant.spec,
        owner: &owner,
        names: &names,
        account: &account,
        keys: &KeyArns::default(),
        named_buckets: &named_buckets,
        copying: tenant::Copying::of(
            buckets.iter().any(|b| bucket::is_copied(&b.spec, &tenant.spec)),
            copies::has_role(tenant),
        ),
        load_balancers: load_balancers(tenant, apps.iter()),
        dropped_children: &std::collections::BTreeSet::new(),
        deleting: false,
        destruction: None,
        stage: None,
        nodes_left: false,
        minute: minute_of_week(),
    };
    let whose = Whose { owner: &owner, keeper: &owner.uid, home };
    let first_look = section(tenant.label(), whose, tenant::desire(&inputs), survey).await;
    let keys = keys(&first_look.observed);
    // The keys' ARNs are part of what is wanted, so with them known the comparison is made again.
    let tenants = first_look.again(tenant::desire(&tenant::Inputs { keys: &keys, ..inputs }), survey);
    let looks = buckets.iter().map(|bucket| {
        let copied = bucket::is_copied(&bucket.spec, &tenant.spec);
        let desired = bucket::desire(&bucket::Inputs {
            name: &bucket.name_any(),
            spec: &bucket.spec,
            retention: &tenant.spec.retention,
            tenant: &owner,
            names: &names,
            account: &account,
            key_arn: keys.home.as_deref().unwrap_or(KEY_NOT_KNOWN_YET),
            copy_key: (copied || copies::has_copy(bucket, &names))
                .then(|| keys.recovery.as_deref().unwrap_or(KEY_NOT_KNOWN_YET)),
            copied,
            fate: Fate::Exist,
            intake: None,
        });
        section(bucket.label(), whose, desired, survey)
    });
    let (buckets, apps) = futures::join!(
        join_all(looks),
        apps::plan_apps(&apps, (tenant, home), manifests, keys.home.as_deref(), survey)
    );
    std::iter::once(tenants).chain(buckets).chain(apps).collect()
}

/// Its schemas, compared with what is in the warehouse where there is one.
async fn plan_schemas(
    tenant: &ClientTenant,
    home: &Environment,
    manifests: &Manifests,
    survey: &Survey<'_>,
    sections: &mut Vec<Section>,
) -> Result<(), Complaint> {
    let owner = owner(tenant);
    let stands = |section: &Section| {
        let holds = |id: &ResourceId| matches!(id, ResourceId::Cluster(_) | ResourceId::Database(_));
        let mut places = section.observed.iter().filter(|(id, _)| holds(id));
        places.any(|(_, seen)| matches!(seen, Observed::Present(_)))
    };
    let own = sections.iter().filter(|section| section.object == tenant.label());
    let survey = Survey { live: survey.live.filter(|_| own.clone().any(stands)), ..*survey };
    for schema in manifests.schemas_of(tenant) {
        let names = names(&tenant.name_any(), &owner);
        let desired = desired_schema(&schema, tenant, home, &names).map_err(|violations| {
            let all: Vec<String> = violations.iter().map(|v| format!("{}: {v}", schema.label())).collect();
            all.join("\n       ")
        })?;
        let whose = Whose { owner: &owner, keeper: &owner.uid, home };
        sections.push(section(schema.label(), whose, desired, &survey).await);
    }
    Ok(())
}

/// Whose the resources are, and in which account.
#[derive(Clone, Copy)]
pub struct Whose<'a> {
    pub owner: &'a Owner,
    /// UID of whose the objects in Kubernetes are.
    pub keeper: &'a str,
    pub home: &'a Environment,
}

async fn section(object: String, whose: Whose<'_>, mut desired: DesiredSet, survey: &Survey<'_>) -> Section {
    desired.retain(|id, _| (survey.of)(id));
    let observed = match survey.live {
        Some(live) => live.observe(whose, &desired).await,
        None => desired.keys().map(|id| (id.clone(), Observed::Absent)).collect(),
    };
    let plan = plan(&desired, &observed, Mode::Correct);
    Section { object, desired, observed, plan }
}

impl Section {
    /// The same look, compared with what is wanted now that more is known.
    fn again(self, mut desired: DesiredSet, survey: &Survey<'_>) -> Self {
        desired.retain(|id, _| (survey.of)(id));
        let plan = plan(&desired, &self.observed, Mode::Correct);
        Self { desired, plan, ..self }
    }
}

fn keys(observed: &ObservedSet) -> KeyArns {
    let mut keys = KeyArns::default();
    for (id, seen) in observed {
        if let Some(arn) = keys.of(id) {
            *arn = seen.arn().map(str::to_owned);
        }
    }
    keys
}

fn owner<K: Object>(object: &K) -> Owner {
    Owner { object: object.label(), uid: Object::uid(object) }
}

/// The suffix of names comes from the UID, which an object has only once it is applied.
fn names(tenant: &str, owner: &Owner) -> Names {
    let mut names = Names::new(tenant, &owner.uid);
    if owner.uid.is_empty() {
        "xxxxxxxx".clone_into(&mut names.suffix);
    }
    names
}

/// An inline bucket as the object that the tenant will write.
fn inline(tenant: &ClientTenant) -> Vec<IngestBucket> {
    let namespace = tenant.name_any();
    let object = |bucket: &cloister_crds::tenant::InlineBucket| {
        let mut object = IngestBucket::new(&bucket.name, bucket.spec.clone());
        object.metadata.namespace = Some(namespace.clone());
        object
    };
    tenant.spec.ingest_buckets.iter().map(object).collect()
}
