//! The checklist: one file per family. A safeguard is added by a line in its family's table.

mod apps;
mod ec2;
mod iam;
mod kms;
mod operations;
mod redshift;
mod s3;
mod trail;

use super::Safeguard;

pub(super) const ALL: [&[Safeguard]; 8] = [
    s3::TABLE,
    kms::TABLE,
    redshift::TABLE,
    ec2::TABLE,
    iam::TABLE,
    trail::TABLE,
    operations::TABLE,
    apps::TABLE,
];
