"""Importing this registers every handler of ours."""

from aws import sts, tagging, web_identity
from aws.cloudtrail import selectors as trail_selectors
from aws.cloudtrail import tags as trail_tags
from aws.cloudtrail import trails
from aws.configservice import channels as delivery_channels
from aws.configservice import recorders as config_recorders
from aws.dynamodb import settings as table_settings
from aws.dynamodb import tables
from aws.ec2 import (
    describe_catalog,
    flow_logs,
    hosts,
    instances,
    launch,
    metadata,
    networks,
    templates,
    version_deletion,
    volumes,
)
from aws.ec2 import snapshots as snapshot_block
from aws.ec2 import status as instance_status
from aws.ec2 import tags as instance_tags
from aws.events import rules as event_rules
from aws.guardduty import detectors
from aws.iam import details, instance_profiles, role_policies, roles, service_linked
from aws.iam import policies as managed_policies
from aws.kms import aliases, cryptography, keys
from aws.kms import policies as key_policies
from aws.kms import tags as key_tags
from aws.logs import filters as metric_filters
from aws.logs import groups as log_groups
from aws.logs import streams as log_streams
from aws.logs import tags as log_tags
from aws.monitoring import alarms
from aws.monitoring import tags as alarm_tags
from aws.redshift import (
    audit_log,
    clusters,
    copy_grants,
    credentials,
    iam_roles,
    maintenance,
    modify,
    parameter_groups,
    resize,
    restore,
    snapshot_copy,
    snapshots,
    subnet_groups,
)
from aws.redshift import lifecycle as cluster_lifecycle
from aws.redshift import tags as cluster_tags
from aws.redshift_data import describe, execute, results
from aws.s3 import (
    account,
    buckets,
    checksums,
    encryption,
    events,
    lifecycle,
    lock,
    logging,
    notification,
    objects,
    policy,
    settings,
)
from aws.s3 import tagging as bucket_tags
from aws.sqs import attributes, queues

EC2 = (
    *(
        describe_catalog,
        flow_logs,
        hosts,
        instance_status,
        instance_tags,
        instances,
        launch,
        metadata,
        networks,
        templates,
    ),
    *(snapshot_block, version_deletion, volumes),
)
IAM = (details, instance_profiles, managed_policies, role_policies, roles, service_linked)
KMS = (aliases, cryptography, key_policies, key_tags, keys)
REDSHIFT_DATA = (describe, execute, results)
REDSHIFT = (
    *(audit_log, cluster_tags, clusters, cluster_lifecycle, copy_grants, credentials, iam_roles, maintenance, modify),
    *(parameter_groups, resize, restore, snapshot_copy, snapshots, subnet_groups),
)
S3 = (
    *(account, bucket_tags, buckets, checksums, encryption, events, lifecycle, lock, logging, notification),
    *(objects, policy, settings),
)
OURS = (
    sts,
    web_identity,
    tagging,
    attributes,
    queues,
    event_rules,
    tables,
    table_settings,
    alarms,
    alarm_tags,
    metric_filters,
    log_groups,
    log_streams,
    log_tags,
    trails,
    trail_selectors,
    trail_tags,
    config_recorders,
    delivery_channels,
    detectors,
    *EC2,
    *IAM,
    *KMS,
    *REDSHIFT,
    *REDSHIFT_DATA,
    *S3,
)
