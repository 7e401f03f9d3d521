//! The last that a tenant leaves in a warehouse that it shared.

use cloister_aws::Account;
use cloister_core::fault::{Fault, FaultClass};
use cloister_core::name::Names;
use cloister_core::offboarding::principals::{drops, query};
use cloister_core::resource::Database;
use cloister_core::warehouse::HOME;
use cloister_crds::ClientTenant;
use kube::ResourceExt;

use super::tenant::home;
use super::{schema, sharing};
use crate::api::Object;
use crate::context::Context;

/// Drops its roles, groups and users from the cluster, where everything else of it is gone. What is still to be done, in a
/// sentence; the next pass looks again.
pub(super) async fn step(tenant: &ClientTenant, account: &Account, context: &Context) -> Option<String> {
    let dropped = drop(tenant, account, context).await;
    match dropped {
        Ok(0) => None,
        Ok(_) => Some("its roles in the shared warehouse are being dropped".to_owned()),
        Err(fault) => Some(format!("its roles in the shared warehouse cannot be dropped: {fault}")),
    }
}

async fn drop(tenant: &ClientTenant, account: &Account, context: &Context) -> Result<usize, Fault> {
    let shared = tenant.spec.warehouse.as_ref().is_some_and(|warehouse| warehouse.shared);
    let home = home(&tenant.spec.environment, context).ok().filter(|_| shared);
    // Where the cluster never stood, there is nothing in it.
    let Some(home) = home.filter(|home| sharing::cluster(home).is_some()) else { return Ok(0) };
    let name = tenant.name_any();
    let names = Names::new(&name, &Object::uid(tenant));
    let Some(own) = schema::database(tenant, &home, &names) else { return Ok(0) };
    let at = Database { name: HOME.to_owned(), ..own };
    let role = cloister_core::environment::Account::new(&home.name_any(), &home.spec);
    let role = role.role_arn(&names.role("warehouse"));
    let mut todo = Vec::new();
    for rows in account.ask_all(&at, vec![query(&name)]).await? {
        todo.extend(drops(&name, &role, &rows).map_err(|_| unreadable())?);
    }
    let found = todo.len();
    for statements in todo {
        if !context.fence.holds() {
            break;
        }
        account.ask_all(&at, statements).await?;
    }
    Ok(found)
}

fn unreadable() -> Fault {
    Fault {
        service: "redshift-data",
        operation: "GetStatementResult",
        code: "UnknownCatalog".to_owned(),
        class: FaultClass::Invalid,
    }
}
