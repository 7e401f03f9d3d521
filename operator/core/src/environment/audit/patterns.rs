//! Which records of calls an alarm is about. CloudWatch Logs' syntax of patterns:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>

pub(super) struct Item {
    /// At most 15 characters, see `name::alarm`.
    pub name: &'static str,
    what: What,
}

enum What {
    Pattern(&'static str),
    /// Calls by their names, of any service or of one.
    Calls(Option<&'static str>, &'static [&'static str]),
}

impl Item {
    pub fn pattern(&self) -> String {
        match self.what {
            What::Pattern(pattern) => pattern.to_owned(),
            What::Calls(None, names) => format!("{{{}}}", any(names)),
            What::Calls(Some(service), names) => {
                format!("{{($.eventSource={service}.amazonaws.com) && ({})}}", any(names))
            }
        }
    }
}

fn any(names: &[&str]) -> String {
    names.iter().map(|name| format!("($.eventName={name})")).collect::<Vec<_>>().join(" || ")
}

const fn pattern(name: &'static str, pattern: &'static str) -> Item {
    Item { name, what: What::Pattern(pattern) }
}

const fn calls(name: &'static str, service: Option<&'static str>, names: &'static [&'static str]) -> Item {
    Item { name, what: What::Calls(service, names) }
}

pub(super) const ITEMS: &[Item] = &[
    pattern(
        "root",
        r#"{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}"#,
    ),
    pattern("unauthorized", r#"{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}"#),
    pattern(
        "login-no-mfa",
        r#"{($.eventName="ConsoleLogin") && ($.additionalEventData.MFAUsed !="Yes") && ($.userIdentity.type="IAMUser") && ($.responseElements.ConsoleLogin="Success")}"#,
    ),
    pattern("login-failed", r#"{($.eventName=ConsoleLogin) && ($.errorMessage="Failed authentication")}"#),
    calls(
        "iam",
        Some("iam"),
        &[
            "DeleteGroupPolicy",
            "DeleteRolePolicy",
            "DeleteUserPolicy",
            "PutGroupPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
            "CreatePolicy",
            "DeletePolicy",
            "CreatePolicyVersion",
            "DeletePolicyVersion",
            "AttachRolePolicy",
            "DetachRolePolicy",
            "AttachUserPolicy",
            "DetachUserPolicy",
            "AttachGroupPolicy",
            "DetachGroupPolicy",
        ],
    ),
    calls("trail", None, &["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"]),
    calls("kms", Some("kms"), &["DisableKey", "ScheduleKeyDeletion"]),
    calls(
        "s3",
        Some("s3"),
        &[
            "PutBucketAcl",
            "PutBucketPolicy",
            "PutBucketCors",
            "PutBucketLifecycle",
            "PutBucketReplication",
            "DeleteBucketPolicy",
            "DeleteBucketCors",
            "DeleteBucketLifecycle",
            "DeleteBucketReplication",
        ],
    ),
    calls(
        "security-group",
        None,
        &[
            "AuthorizeSecurityGroupIngress",
            "AuthorizeSecurityGroupEgress",
            "RevokeSecurityGroupIngress",
            "RevokeSecurityGroupEgress",
            "CreateSecurityGroup",
            "DeleteSecurityGroup",
        ],
    ),
    calls(
        "network-acl",
        None,
        &[
            "CreateNetworkAcl",
            "CreateNetworkAclEntry",
            "DeleteNetworkAcl",
            "DeleteNetworkAclEntry",
            "ReplaceNetworkAclEntry",
            "ReplaceNetworkAclAssociation",
        ],
    ),
    calls(
        "gateway",
        None,
        &[
            "CreateCustomerGateway",
            "DeleteCustomerGateway",
            "AttachInternetGateway",
            "CreateInternetGateway",
            "DeleteInternetGateway",
            "DetachInternetGateway",
        ],
    ),
    calls(
        "route-table",
        Some("ec2"),
        &[
            "CreateRoute",
            "CreateRouteTable",
            "ReplaceRoute",
            "ReplaceRouteTableAssociation",
            "DeleteRouteTable",
            "DeleteRoute",
            "DisassociateRouteTable",
        ],
    ),
    calls(
        "vpc",
        None,
        &[
            "CreateVpc",
            "DeleteVpc",
            "ModifyVpcAttribute",
            "AcceptVpcPeeringConnection",
            "CreateVpcPeeringConnection",
            "DeleteVpcPeeringConnection",
            "RejectVpcPeeringConnection",
            "AttachClassicLinkVpc",
            "DetachClassicLinkVpc",
            "DisableVpcClassicLink",
            "EnableVpcClassicLink",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::ITEMS;

    #[test]
    fn a_pattern_fits_what_a_filter_may_hold() {
        assert!(ITEMS.iter().all(|item| item.pattern().len() <= 1024 && item.name.len() <= 15));
    }

    #[test]
    fn calls_of_one_service_are_joined_as_cloudwatch_logs_reads_them() {
        let kms = ITEMS.iter().find(|item| item.name == "kms").map(super::Item::pattern);
        let wanted = "{($.eventSource=kms.amazonaws.com) && (($.eventName=DisableKey) || ($.eventName=ScheduleKeyDeletion))}";
        assert_eq!(kms.as_deref(), Some(wanted));
    }
}
