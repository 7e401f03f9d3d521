use std::io::Write as _;
use std::process::ExitCode;

use clap::Args;
use cloister_core::kubectl::{Source, differences, show};
use cloister_crds::{ClientTenant, Environment, IngestBucket, RedshiftSchema};
use futures::try_join;
use kube::api::ListParams;
use kube::{Api, Client};

use super::Output;
use crate::api::Object;
use crate::commands::access::Access;
use crate::commands::{Complaint, no_tenant};

#[derive(Args)]
pub struct Options {
    /// Name of a ClientTenant: its own differences, and those of its buckets and schemas. Left out: all of the cluster.
    tenant: Option<String>,
    #[command(flatten)]
    access: Access,
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

pub async fn run(options: Options) -> Result<ExitCode, Complaint> {
    let client = options.access.client().await?;
    let found = match &options.tenant {
        Some(tenant) => of_tenant(tenant, &client).await?,
        None => of_all(&client).await?,
    };
    let sources: Vec<Source<'_>> = found.iter().map(|(object, records)| Source { object, records }).collect();
    let all = differences(&sources);
    let mut out = std::io::stdout().lock();
    match options.output {
        Output::Text => write!(out, "{}", show(&all))?,
        Output::Json => writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?,
    }
    let stands = all.iter().any(cloister_core::kubectl::Difference::is_open);
    Ok(if stands { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

type Records = (String, Vec<cloister_crds::status::DriftRecord>);

async fn of_tenant(name: &str, client: &Client) -> Result<Vec<Records>, Complaint> {
    let Some(tenant) = Api::<ClientTenant>::all(client.clone()).get_opt(name).await? else {
        return Err(no_tenant(name));
    };
    let (buckets, schemas): (Api<IngestBucket>, Api<RedshiftSchema>) =
        (Api::namespaced(client.clone(), name), Api::namespaced(client.clone(), name));
    let (buckets, schemas) = try_join!(list(&buckets), list(&schemas))?;
    Ok([vec![records(&tenant)], buckets, schemas].concat())
}

async fn of_all(client: &Client) -> Result<Vec<Records>, Complaint> {
    let environments: Api<Environment> = Api::all(client.clone());
    let tenants: Api<ClientTenant> = Api::all(client.clone());
    let buckets: Api<IngestBucket> = Api::all(client.clone());
    let schemas: Api<RedshiftSchema> = Api::all(client.clone());
    let (environments, tenants, buckets, schemas) =
        try_join!(list(&environments), list(&tenants), list(&buckets), list(&schemas))?;
    Ok([environments, tenants, buckets, schemas].concat())
}

async fn list<K: Object>(api: &Api<K>) -> Result<Vec<Records>, Complaint> {
    Ok(api.list(&ListParams::default()).await?.items.iter().map(records).collect())
}

fn records<K: Object>(object: &K) -> Records {
    (object.label(), object.common().map(|common| common.recent_drift.clone()).unwrap_or_default())
}
