//! Launches that AWS took and then ended by itself. It says so little of them that this says what to look at.

use super::{Instance, Refusal, World};

/// Seconds of patience after one; doubled with each further one in a row.
const PATIENCE: i64 = 30;
const LONGEST: i64 = 900;

/// Why the latest launches came to nothing, and until when no other is tried.
pub(super) fn failure(world: &World<'_>) -> Option<(Refusal, i64)> {
    let mut latest: Vec<&Instance> = world.instances.iter().collect();
    latest.sort_by_key(|instance| std::cmp::Reverse((instance.launched, &instance.id)));
    let failed: Vec<&Instance> = latest.into_iter().take_while(|instance| ended_by_aws(instance)).collect();
    let first = failed.first()?;
    let code = first.reason.clone().unwrap_or_default();
    let doublings = u32::try_from(failed.len() - 1).unwrap_or(u32::MAX).min(5);
    let until = first.launched + (PATIENCE << doublings).min(LONGEST);
    let message = match code.as_str() {
        "Client.InternalError" => no_key(world, &first.id),
        _ => format!("AWS ended instance {} at launch with {code}; tried again by itself", first.id),
    };
    let reason = if code == "Client.InternalError" { "KeyNotUsable" } else { "EndedAtLaunch" };
    Some((Refusal { reason: reason.into(), message }, until))
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html#troubleshooting-launch-internal>
fn no_key(world: &World<'_>, instance: &str) -> String {
    let wanted = world.wanted;
    format!(
        "EC2 ended instance {instance} at launch with Client.InternalError, which is what it says where it may not use \
         the key of a volume: see that {} is enabled, and that its key policy and the policies of {} allow \
         kms:CreateGrant (with kms:GrantIsForAWSResource), kms:Decrypt, kms:DescribeKey, \
         kms:GenerateDataKeyWithoutPlaintext, kms:ReEncryptFrom and kms:ReEncryptTo through {}",
        wanted.key, wanted.launcher, wanted.through
    )
}

fn ended_by_aws(instance: &Instance) -> bool {
    let code = instance.reason.as_deref().unwrap_or_default();
    !instance.lives()
        && (code.starts_with("Server.")
            || ["Client.InternalError", "Client.InvalidSnapshot.NotFound", "Client.VolumeLimitExceeded"]
                .contains(&code))
}
