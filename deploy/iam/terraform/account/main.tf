# What the operator becomes in an account of tenants, in the audit account, or in that of the cluster.

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.40" }
  }
}

variable "operator_arn" {
  description = "Of the operator's role in the login account."
  type        = string
}

variable "external_id" {
  description = "As in spec.externalId of the Environment, or spec.audit.externalId."
  type        = string

  validation {
    condition     = length(var.external_id) >= 8
    error_message = "An external_id has at least 8 characters."
  }
}

variable "audit" {
  description = "Whether this is the audit account, which keeps the bucket of records."
  type        = bool
  default     = false
}

variable "cluster_log" {
  description = "Whether this is the account of the cluster, whose audit log is looked at and nothing else."
  type        = bool
  default     = false

  validation {
    condition     = !(var.cluster_log && var.audit)
    error_message = "Set either audit or cluster_log: each is a role of its own."
  }
}

variable "without" {
  description = "Policies to leave out, such as provisioner-offboarding, without which nothing can be destroyed."
  type        = set(string)
  default     = []
}

data "aws_caller_identity" "here" {}

locals {
  here     = "${path.module}/../.."
  files    = var.audit ? "audit.json" : var.cluster_log ? "cluster-log.json" : "provisioner*.json"
  names    = [for file in fileset(local.here, local.files) : trimsuffix(file, ".json")]
  policies = setsubtract(toset(local.names), var.without)
}

resource "aws_iam_role" "provisioner" {
  name                 = var.audit ? "CloisterAudit" : var.cluster_log ? "CloisterClusterLog" : "CloisterProvisioner"
  max_session_duration = 43200
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = var.operator_arn }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "sts:ExternalId" = var.external_id } }
    }]
  })
}

# Each a policy of its own, since IAM bounds the size of each and of those that are inline together. Neither these nor the
# role may be called cloister-*: the provisioner manages what is, and could give itself more.
resource "aws_iam_policy" "provisioner" {
  for_each = local.policies
  name     = "CloisterProvisioner-${each.key}"
  policy   = jsonencode(jsondecode(replace(file("${local.here}/${each.key}.json"), "ACCOUNT", data.aws_caller_identity.here.account_id)))
}

resource "aws_iam_role_policy_attachment" "provisioner" {
  for_each   = aws_iam_policy.provisioner
  role       = aws_iam_role.provisioner.name
  policy_arn = each.value.arn
}

output "role_arn" {
  description = "For spec.roleArn of the Environment, spec.audit.roleArn, or spec.audit.kubernetes.roleArn."
  value       = aws_iam_role.provisioner.arn
}
