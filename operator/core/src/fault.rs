//! Faults, and the one table that says what an AWS error code means.

use std::fmt;

use serde::Serialize;

/// What to do about a fault follows from its class alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum FaultClass {
    /// The thing is not there.
    NotFound,
    /// The name is taken; look again before deciding whose it is.
    Exists,
    /// Another change to the same thing is under way, or a dependant is still there.
    Conflict,
    /// Asked too often.
    Throttled,
    /// The caller lacks a permission.
    Denied,
    /// AWS will not accept this request however often it is sent.
    Invalid,
    /// It still holds objects, and what holds data is never emptied for its owner.
    NotEmpty,
    /// A limit of the account is reached.
    Quota,
    /// AWS has none of these free now.
    Capacity,
    /// No clear answer: the request may have taken effect.
    Ambiguous,
}

impl FaultClass {
    /// The meaning of an AWS error code; what is not listed goes by the HTTP status.
    #[must_use]
    pub fn of(code: &str, status: Option<u16>) -> Self {
        if let Some(class) = Self::of_one_service(code) {
            return class;
        }
        // Redshift ends some of its codes so, and the SDK names all of them so.
        match code.strip_suffix("Fault").unwrap_or(code) {
            "NoSuchBucket"
            | "NoSuchEntity"
            | "NotFoundException"
            | "NotFound"
            | "NoSuchTagSet"
            | "NoSuchBucketPolicy"
            | "NoSuchLifecycleConfiguration"
            | "NoSuchPublicAccessBlockConfiguration"
            | "ServerSideEncryptionConfigurationNotFoundError"
            | "OwnershipControlsNotFoundError"
            | "ObjectLockConfigurationNotFoundError"
            | "QueueDoesNotExist"
            | "AWS.SimpleQueueService.NonExistentQueue"
            | "InvalidVpcID.NotFound"
            | "InvalidSubnetID.NotFound"
            | "InvalidGroup.NotFound"
            | "ResourceNotFoundException"
            | "ClusterNotFound"
            | "ClusterParameterGroupNotFound"
            | "ClusterSnapshotNotFound"
            | "ClusterSubnetGroupNotFound"
            | "ResourceNotFound"
            | "SnapshotCopyGrantNotFound"
            | "SnapshotCopyAlreadyDisabled"
            | "SnapshotCopyDisabled" => Self::NotFound,
            "BucketAlreadyOwnedByYou"
            | "BucketAlreadyExists"
            | "EntityAlreadyExists"
            | "EntityAlreadyExistsException"
            | "AlreadyExistsException"
            | "FlowLogAlreadyExists"
            | "QueueNameExists"
            | "QueueAlreadyExists"
            | "ResourceAlreadyExistsException"
            | "ClusterAlreadyExists"
            | "ClusterParameterGroupAlreadyExists"
            | "ClusterSnapshotAlreadyExists"
            | "ClusterSubnetGroupAlreadyExists"
            | "SnapshotCopyAlreadyEnabled"
            | "SnapshotCopyGrantAlreadyExists" => Self::Exists,
            "OperationAborted"
            | "ConcurrentModification"
            | "ConcurrentModificationException"
            | "DeleteConflict"
            | "DeleteConflictException"
            | "KMSInvalidStateException"
            | "QueueDeletedRecently"
            | "AWS.SimpleQueueService.QueueDeletedRecently"
            | "OperationAbortedException"
            | "CopyToRegionDisabled"
            | "InvalidClusterParameterGroupState"
            | "InvalidClusterSnapshotState"
            | "InvalidClusterState"
            | "InvalidClusterSubnetGroupState"
            | "InvalidClusterSubnetState"
            | "InvalidSnapshotCopyGrantState" => Self::Conflict,
            "SlowDown"
            | "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "RequestThrottled"
            | "DependentServiceRequestThrottling" => Self::Throttled,
            "AccessDenied"
            | "AccessDeniedException"
            | "UnauthorizedOperation"
            | "AuthorizationError"
            | "InvalidClientTokenId"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "SignatureDoesNotMatch"
            | "InvalidAccessKeyId"
            | "UnrecognizedClientException"
            | "AllAccessDisabled"
            | "DependentServiceAccessDenied" => Self::Denied,
            "BucketNotEmpty" => Self::NotEmpty,
            "LimitExceeded"
            | "LimitExceededException"
            | "TooManyBuckets"
            | "TooManyTagsException"
            | "ClusterParameterGroupQuotaExceeded"
            | "ClusterQuotaExceeded"
            | "ClusterSnapshotQuotaExceeded"
            | "ClusterSubnetGroupQuotaExceeded"
            | "ClusterSubnetQuotaExceeded"
            | "NumberOfNodesPerClusterLimitExceeded"
            | "NumberOfNodesQuotaExceeded"
            | "SnapshotCopyGrantQuotaExceeded"
            | "TagLimitExceeded" => Self::Quota,
            // What is lacking is not ours to make, or AWS will have it later; their status says otherwise.
            "UnknownSnapshotCopyRegion" => Self::Invalid,
            "InsufficientClusterCapacity" => Self::Capacity,
            "DependentServiceUnavailable" | "ServiceUnavailableException" => Self::Ambiguous,
            _ => Self::by_status(status),
        }
    }

    fn of_one_service(code: &str) -> Option<Self> {
        Self::of_ec2(code).or_else(|| Self::of_cloudtrail(code)).or_else(|| Self::of_dynamodb(code))
    }

    /// What only EC2 says of launches.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
    fn of_ec2(code: &str) -> Option<Self> {
        Some(match code {
            "InvalidHostID.NotFound"
            | "InvalidInstanceID.NotFound"
            | "InvalidLaunchTemplateId.NotFound"
            | "InvalidLaunchTemplateName.NotFoundException" => Self::NotFound,
            // The token is that of a launch which was taken.
            "IdempotentParameterMismatch" | "InvalidLaunchTemplateName.AlreadyExistsException" => Self::Exists,
            "HostLimitExceeded" | "InstanceLimitExceeded" | "VcpuLimitExceeded" => Self::Quota,
            "InsufficientCapacityOnHost"
            | "InsufficientFreeAddressesInSubnet"
            | "InsufficientHostCapacity"
            | "InsufficientInstanceCapacity"
            // Of a type that a zone does not have at all.
            | "Unsupported"
            | "UnsupportedHostConfiguration" => Self::Capacity,
            _ => return None,
        })
    }

    /// <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html#API_CreateTrail_Errors>
    fn of_cloudtrail(code: &str) -> Option<Self> {
        Some(match code {
            "TrailNotFoundException" => Self::NotFound,
            "TrailAlreadyExistsException" => Self::Exists,
            // What a trail needs is being made, or has yet to be known everywhere.
            "InsufficientEncryptionPolicyException"
            | "InsufficientS3BucketPolicyException"
            | "InvalidCloudWatchLogsLogGroupArnException"
            | "InvalidCloudWatchLogsRoleArnException"
            | "KmsKeyNotFoundException"
            | "S3BucketDoesNotExistException" => Self::Conflict,
            "MaximumNumberOfTrailsExceededException" | "TagsLimitExceededException" => Self::Quota,
            _ => return None,
        })
    }

    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>
    fn of_dynamodb(code: &str) -> Option<Self> {
        Some(match code {
            "TableNotFoundException" => Self::NotFound,
            "TableAlreadyExistsException" => Self::Exists,
            // A table that is made, changed or deleted just now, or a new one whose name is taken.
            "ContinuousBackupsUnavailableException" | "ResourceInUseException" | "TableInUseException" => {
                Self::Conflict
            }
            _ => return None,
        })
    }

    fn by_status(status: Option<u16>) -> Self {
        match status {
            Some(404) => Self::NotFound,
            Some(403 | 401) => Self::Denied,
            Some(409) => Self::Conflict,
            Some(429) => Self::Throttled,
            Some(400..=499) => Self::Invalid,
            _ => Self::Ambiguous,
        }
    }

    /// What a person reads.
    #[must_use]
    pub fn explain(self) -> &'static str {
        match self {
            Self::NotFound => "it does not exist",
            Self::Exists => "the name is taken; looking again at whose it is",
            Self::Conflict => {
                "another change is under way or something still depends on it; tried again by itself"
            }
            Self::Throttled => "AWS asks to slow down; tried again by itself",
            Self::Denied => "the operator's role lacks the permission; add it to the role's policy",
            Self::Invalid => "the request is refused as it is, however often it is sent",
            Self::NotEmpty => {
                "it is not empty: remove every version of every object, or set deletionPolicy to Retain; nothing was deleted"
            }
            Self::Quota => "a quota of the account is used up; raise it in Service Quotas",
            Self::Capacity => {
                "AWS has none of these free there now; tried again by itself, or choose other nodes (warehouse.nodes, nodes.instanceTypes) or subnets in other zones"
            }
            Self::Ambiguous => "no clear answer from AWS; tried again by itself",
        }
    }
}

/// A call that did not go well. Carries no free text of AWS: that could hold what must not be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub service: &'static str,
    pub operation: &'static str,
    pub code: String,
    pub class: FaultClass,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} answered {}: {}", self.service, self.operation, self.code, self.class.explain())
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::FaultClass;

    #[test]
    fn an_unlisted_code_goes_by_its_status() {
        assert_eq!(FaultClass::of("Surprise", Some(404)), FaultClass::NotFound);
        assert_eq!(FaultClass::of("Surprise", Some(500)), FaultClass::Ambiguous);
        assert_eq!(FaultClass::of("Surprise", None), FaultClass::Ambiguous);
        assert_eq!(FaultClass::of("SlowDown", Some(503)), FaultClass::Throttled);
    }

    #[test]
    fn a_code_of_redshift_means_the_same_in_either_spelling() {
        for code in ["ClusterNotFound", "ClusterNotFoundFault"] {
            assert_eq!(FaultClass::of(code, Some(400)), FaultClass::NotFound);
        }
        assert_eq!(FaultClass::of("UnknownSnapshotCopyRegionFault", Some(404)), FaultClass::Invalid);
    }
}
