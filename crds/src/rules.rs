//! What several validation rules share.

use schemars::Schema;
use serde_json::json;

pub(crate) const LABEL: &str = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$";
/// Strict about directions, so that `us-esat-1` is refused; open to areas and numbers yet to come. The
/// isolated partitions are not supported.
pub(crate) const REGION: &str = "^(us-gov|[a-z]{2})-(north|south|central|(north|south)?(east|west))-[1-9]$";
pub(crate) const ROLE_ARN: &str =
    "^arn:aws(-us-gov|-cn)?:iam::[0-9]{12}:role/([A-Za-z0-9+=,.@_-]+/)*[A-Za-z0-9+=,.@_-]{1,64}$";
/// Bytes that no terminal or log should be shown: controls, invisible and reordering ones.
pub(crate) const PRINTABLE: &str = r"^[^\\p{C}\\p{Zl}\\p{Zp}]+$";
/// What S3 keeps for itself: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
pub(crate) const RESERVED_BUCKET_START: &str = "^(xn--|sthree-|amzn-s3-demo-)";

pub(crate) const NO_DUPLICATES: &str = "self.all(s, self.exists_one(t, t == s))";

pub(crate) fn matches(pattern: &str) -> String {
    format!("self.matches('{pattern}')")
}

/// The id of an EC2 resource: 17 hexadecimal digits, 8 on very old ones.
pub(crate) fn matches_id(kind: &str) -> String {
    matches(&format!("^{kind}-([0-9a-f]{{8}}|[0-9a-f]{{17}})$"))
}

/// Whether an ARN lies in the partition of `region`. What is no ARN at all is another rule's.
pub(crate) fn same_partition(arn: &str) -> String {
    format!("!{arn}.startsWith('arn:') || {arn}.startsWith('arn:' + {} + ':')", partition("self.region"))
}

pub(crate) fn partition(region: &str) -> String {
    format!("({region}.startsWith('us-gov-') ? 'aws-us-gov' : {region}.startsWith('cn-') ? 'aws-cn' : 'aws')")
}

/// A rule on each item of a list rather than on the list: its refusal names index and value.
pub(crate) fn each(rules: &[(String, &str)]) -> impl Fn(&mut Schema) + use<> {
    let rules = json!(rules.iter().map(|(r, m)| json!({ "rule": r, "message": m })).collect::<Vec<_>>());
    move |schema| {
        if let Some(items) = schema.get_mut("items") {
            items["x-kubernetes-validations"] = rules.clone();
        }
    }
}
