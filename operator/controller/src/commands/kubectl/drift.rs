use std::io::Write as _;
use std::process::ExitCode;

use clap::Args;
use cloister_core::kubectl::{Source, differences, show};
use cloister_crds::{ClientTenant, Environment, IngestBucket, RedshiftSchema};
use kube::api::ListParams;
use kube::{Api, Client};

use super::Output;
use crate::api::Object;
use crate::commands::Complaint;
use crate::commands::access::Access;

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
        return Err(
            format!("ClientTenant {name} does not exist: name one of kubectl get clienttenants").into()
        );
    };
    let mut found = vec![records(&tenant)];
    found.extend(list(&Api::<IngestBucket>::namespaced(client.clone(), name)).await?);
    found.extend(list(&Api::<RedshiftSchema>::namespaced(client.clone(), name)).await?);
    Ok(found)
}

async fn of_all(client: &Client) -> Result<Vec<Records>, Complaint> {
    let mut found = list(&Api::<Environment>::all(client.clone())).await?;
    found.extend(list(&Api::<ClientTenant>::all(client.clone())).await?);
    found.extend(list(&Api::<IngestBucket>::all(client.clone())).await?);
    found.extend(list(&Api::<RedshiftSchema>::all(client.clone())).await?);
    Ok(found)
}

async fn list<K: Object>(api: &Api<K>) -> Result<Vec<Records>, Complaint> {
    Ok(api.list(&ListParams::default()).await?.items.iter().map(records).collect())
}

fn records<K: Object>(object: &K) -> Records {
    (object.label(), object.common().map(|common| common.recent_drift.clone()).unwrap_or_default())
}
