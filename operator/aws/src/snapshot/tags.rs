//! The tags of everything that Cloister made in an account and region, by ARN.

use std::collections::HashMap;

use cloister_core::fault::Fault;
use cloister_core::ownership::MANAGED_BY;
use cloister_core::resource::Tags;

use crate::limit::Lane;
use crate::place::Place;

const KINDS: [&str; 7] =
    ["cloudtrail:trail", "dynamodb:table", "s3", "kms:key", "events:rule", "logs:log-group", "sqs"];

pub(crate) async fn fetch(place: &Place) -> Result<HashMap<String, Tags>, Fault> {
    use aws_sdk_resourcegroupstagging::types::TagFilter;
    let ours = TagFilter::builder().key(MANAGED_BY).values("cloister").build();
    let kinds = KINDS.map(str::to_owned).to_vec();
    let mut found = HashMap::new();
    let mut token = None;
    loop {
        // People may be waiting for it, whoever came first.
        let page = place.tagging.call(Lane::User, |tagging| {
            let request = tagging.get_resources().tag_filters(ours.clone());
            let request = request.set_resource_type_filters(Some(kinds.clone()));
            request.resources_per_page(100).set_pagination_token(token.take()).send()
        });
        let page = page.await?;
        for resource in page.resource_tag_mapping_list.unwrap_or_default() {
            let tags = resource.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value));
            found.insert(resource.resource_arn.unwrap_or_default(), tags.collect());
        }
        // The last page has an empty token.
        token = page.pagination_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(found);
        }
    }
}
