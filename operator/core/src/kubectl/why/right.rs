//! The IAM action that a call needs.

/// From `SERVICE:OPERATION` as a fault names it. What is not listed is called alike.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>
pub(super) fn action(call: &str) -> String {
    let (service, operation) = call.split_once(':').unwrap_or(("", call));
    let action = match (service, operation) {
        ("s3control", "GetPublicAccessBlock") => "GetAccountPublicAccessBlock",
        ("s3control", "PutPublicAccessBlock") => "PutAccountPublicAccessBlock",
        ("s3", "HeadBucket" | "ListObjectsV2") => "ListBucket",
        ("s3", "ListObjectVersions") => "ListBucketVersions",
        ("s3", "GetBucketEncryption") => "GetEncryptionConfiguration",
        ("s3", "PutBucketEncryption") => "PutEncryptionConfiguration",
        ("s3", "GetBucketLifecycleConfiguration") => "GetLifecycleConfiguration",
        ("s3", "PutBucketLifecycleConfiguration" | "DeleteBucketLifecycle") => "PutLifecycleConfiguration",
        ("s3", "GetPublicAccessBlock") => "GetBucketPublicAccessBlock",
        ("s3", "PutPublicAccessBlock") => "PutBucketPublicAccessBlock",
        ("s3", "GetBucketNotificationConfiguration") => "GetBucketNotification",
        ("s3", "PutBucketNotificationConfiguration") => "PutBucketNotification",
        ("s3", "GetObjectLockConfiguration") => "GetBucketObjectLockConfiguration",
        ("s3", "PutObjectLockConfiguration") => "PutBucketObjectLockConfiguration",
        ("s3", "DeleteBucketTagging") => "PutBucketTagging",
        _ => operation,
    };
    let service = match service {
        "s3control" => "s3",
        "tagging" => "tag",
        other => other,
    };
    format!("{service}:{action}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_action_may_be_called_otherwise_than_its_call() {
        assert_eq!(super::action("s3:GetBucketEncryption"), "s3:GetEncryptionConfiguration");
        assert_eq!(super::action("tagging:GetResources"), "tag:GetResources");
        assert_eq!(super::action("iam:GetRole"), "iam:GetRole");
    }
}
