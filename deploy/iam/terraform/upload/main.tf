# The upload API's own role, in the account of its cluster: it may become the tenants' uploaders.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 6.2" }
  }
}

variable "namespace" {
  description = "Of the chart's release."
  type        = string
  default     = "cloister-system"
}

variable "service_account" {
  description = "Of the upload API: the release's name and -upload."
  type        = string
  default     = "cloister-upload"
}

variable "pod_identity_cluster" {
  description = "EKS cluster with the Pod Identity agent (aws.identity: PodIdentity). Empty: the pods' tokens are trusted, see oidc_issuer."
  type        = string
  default     = ""
}

variable "oidc_issuer" {
  description = "The cluster's issuer without https://, of which this account has an OIDC provider (aws.identity: Irsa or ProjectedToken)."
  type        = string
  default     = ""

  validation {
    condition     = !startswith(var.oidc_issuer, "https://")
    error_message = "Write oidc_issuer without https://."
  }
}

data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}

locals {
  provider = "arn:${data.aws_partition.here.partition}:iam::${data.aws_caller_identity.here.account_id}:oidc-provider/${var.oidc_issuer}"
  pod_identity = {
    Effect    = "Allow"
    Principal = { Service = "pods.eks.amazonaws.com" }
    Action    = ["sts:AssumeRole", "sts:TagSession"]
  }
  web_identity = {
    Effect    = "Allow"
    Principal = { Federated = local.provider }
    Action    = "sts:AssumeRoleWithWebIdentity"
    Condition = {
      StringEquals = {
        "${var.oidc_issuer}:aud" = "sts.amazonaws.com"
        "${var.oidc_issuer}:sub" = "system:serviceaccount:${var.namespace}:${var.service_account}"
      }
    }
  }
}

# Not cloister-*, which a provisioner of the same account would manage.
resource "aws_iam_role" "upload" {
  name = "CloisterUpload"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [jsondecode(var.pod_identity_cluster != "" ? jsonencode(local.pod_identity) : jsonencode(local.web_identity))]
  })

  lifecycle {
    precondition {
      condition     = (var.pod_identity_cluster != "") != (var.oidc_issuer != "")
      error_message = "Set either pod_identity_cluster or oidc_issuer."
    }
  }
}

resource "aws_iam_role_policy" "upload" {
  name   = "CloisterUpload"
  role   = aws_iam_role.upload.id
  policy = file("${path.module}/../../upload.json")
}

resource "aws_eks_pod_identity_association" "upload" {
  count           = var.pod_identity_cluster != "" ? 1 : 0
  cluster_name    = var.pod_identity_cluster
  namespace       = var.namespace
  service_account = var.service_account
  role_arn        = aws_iam_role.upload.arn

  # Its tags would be passed on to every role that is taken next, whose trust allows no tagging, and take up most of the room that a
  # session policy needs.
  disable_session_tags = true
}

output "role_arn" {
  description = "For uploadApi.roleArn of the chart, and uploadPrincipal of each Environment."
  value       = aws_iam_role.upload.arn
}
