//! S3 Block Public Access of the whole account, which is S3 Control's.

use std::net::Ipv4Addr;

use aws_sdk_s3control::Client;
use aws_sdk_s3control::types::PublicAccessBlockConfiguration;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use cloister_core::fault::Fault;
use cloister_core::resource::PublicAccessBlock;

use crate::account::Account;
use crate::fault::found;
use crate::limit::Lane;

/// What counts: S3 tells what the organisation has set, too. None where nobody has ever set anything.
pub(super) async fn read(account: &Account, lane: Lane) -> Result<Option<PublicAccessBlock>, Fault> {
    let send = |s3: &Client| {
        s3.get_public_access_block().account_id(&account.id).customize().interceptor(WholeAddress).send()
    };
    let answer = found(account.s3control.call(lane, send).await)?;
    let block = answer.and_then(|answer| answer.public_access_block_configuration);
    Ok(block.map(|block| PublicAccessBlock {
        block_public_acls: block.block_public_acls() == Some(true),
        ignore_public_acls: block.ignore_public_acls() == Some(true),
        block_public_policy: block.block_public_policy() == Some(true),
        restrict_public_buckets: block.restrict_public_buckets() == Some(true),
    }))
}

pub(super) async fn put(account: &Account, want: PublicAccessBlock, lane: Lane) -> Result<(), Fault> {
    let block = PublicAccessBlockConfiguration::builder()
        .block_public_acls(want.block_public_acls)
        .ignore_public_acls(want.ignore_public_acls)
        .block_public_policy(want.block_public_policy)
        .restrict_public_buckets(want.restrict_public_buckets)
        .build();
    let send = |s3: &Client| {
        let request = s3.put_public_access_block().account_id(&account.id);
        let request = request.public_access_block_configuration(block);
        request.customize().interceptor(WholeAddress).send()
    };
    account.s3control.call(lane, send).await.map(drop)
}

/// The SDK puts the account before the endpoint's host. Before an address that makes no host, so where the endpoint
/// is given as one it stays as it is; the account is in a header as well.
#[derive(Debug)]
struct WholeAddress;

#[dyn_dispatch_hint]
impl Intercept for WholeAddress {
    fn name(&self) -> &'static str {
        "CloisterWholeAddress"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        if let Some(uri) = whole(request.uri()) {
            request.set_uri(uri)?;
        }
        Ok(())
    }
}

fn whole(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once("://")?;
    let (_, rest) = rest.split_once('.')?;
    let host = rest.split([':', '/']).next()?;
    host.parse::<Ipv4Addr>().is_ok().then(|| format!("{scheme}://{rest}"))
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn only_an_address_loses_what_stands_before_it() {
        let path = "v20180820/configuration/publicAccessBlock";
        let address = format!("http://10.0.0.7:9000/{path}");
        assert_eq!(whole(&format!("http://222222222222.10.0.0.7:9000/{path}")), Some(address.clone()));
        assert_eq!(whole(&address), None);
        assert_eq!(whole(&format!("https://222222222222.s3-control.us-east-1.amazonaws.com/{path}")), None);
    }
}
