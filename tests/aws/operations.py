"""Importing this registers every handler of ours."""

from aws import sts, tagging
from aws.iam import details, role_policies, roles
from aws.iam import policies as managed_policies
from aws.kms import aliases, cryptography, keys
from aws.kms import policies as key_policies
from aws.kms import tags as key_tags
from aws.s3 import buckets, encryption, events, lifecycle, lock, logging, notification, objects, policy, settings
from aws.s3 import tagging as bucket_tags
from aws.sqs import attributes, queues

IAM = (details, managed_policies, role_policies, roles)
KMS = (aliases, cryptography, key_policies, key_tags, keys)
S3 = (bucket_tags, buckets, encryption, events, lifecycle, lock, logging, notification, objects, policy, settings)
OURS = (sts, tagging, attributes, queues, *IAM, *KMS, *S3)
