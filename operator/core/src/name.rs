//! Deterministic names of AWS resources. Lengths are proven by the limits of the names they are made of
//! (tenant 30, bucket 20), which admission enforces.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// What a tenant's resources are called. The suffix comes from the object's UID, so that the names of
/// a tenant and of its later namesake never meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    pub tenant: String,
    pub suffix: String,
}

impl Names {
    #[must_use]
    pub fn new(tenant: &str, uid: &str) -> Self {
        Self { tenant: tenant.to_owned(), suffix: suffix(uid) }
    }

    #[must_use]
    pub fn key_alias(&self) -> String {
        format!("alias/cloister/{}", self.tenant)
    }

    /// At most 9 + 30 + 1 + 9 = 49 of IAM's 64 characters.
    #[must_use]
    pub fn role(&self, purpose: &str) -> String {
        format!("cloister-{}-{purpose}", self.tenant)
    }

    /// At most 30 + 1 + 20 + 1 + 8 = 60 of S3's 63 characters.
    #[must_use]
    pub fn bucket(&self, name: &str) -> String {
        format!("{}-{name}-{}", self.tenant, self.suffix)
    }

    /// Of the copy of a bucket, whatever that is called: at most 60 + 3 of S3's 63 characters. No bucket of a tenant's own
    /// ends so, so its roles cannot read it.
    #[must_use]
    pub fn replica(&self, name: &str) -> String {
        format!("{}-dr", self.bucket(name))
    }

    /// Matches every bucket of this tenant that has no name of its own.
    #[must_use]
    pub fn bucket_pattern(&self) -> String {
        self.bucket("*")
    }

    /// At most 9 + 30 + 1 + 20 + 1 + 8 + 9 = 78 of SQS's 80 characters.
    #[must_use]
    pub fn queue(&self, bucket: &str) -> String {
        format!("cloister-{}-{bucket}-{}", self.tenant, self.suffix)
    }

    /// Of the Redshift cluster and what belongs to it: at most 9 + 30 + 1 + 8 = 48 of Redshift's 63 characters.
    #[must_use]
    pub fn warehouse(&self) -> String {
        format!("cloister-{}-{}", self.tenant, self.suffix)
    }

    /// At most 9 + 30 + 1 + 8 = 48 of EC2's 128 characters.
    #[must_use]
    pub fn launch_template(&self) -> String {
        format!("cloister-{}-{}", self.tenant, self.suffix)
    }

    /// Of an application's sessions: at most 9 + 30 + 1 + 19 + 1 + 8 = 68 of DynamoDB's 255 characters.
    #[must_use]
    pub fn session_table(&self, app: &str) -> String {
        format!("cloister-{}-{app}-{}", self.tenant, self.suffix)
    }

    #[must_use]
    pub fn dead_letter_queue(&self, bucket: &str) -> String {
        format!("{}-dlq", self.queue(bucket))
    }
}

/// Alias of the keys of what an Environment's tenants share. No tenant's name holds a slash.
#[must_use]
pub fn shared_key_alias(environment: &str) -> String {
    format!("alias/cloister/environment/{environment}")
}

/// Alias of the key of an Environment's own records.
#[must_use]
pub fn audit_key_alias(environment: &str) -> String {
    format!("{}/audit", shared_key_alias(environment))
}

/// Alias of the key that its evidence is signed with. Of the UID too, since it stays when the Environment goes.
#[must_use]
pub fn signing_key_alias(environment: &str, uid: &str) -> String {
    format!("{}/evidence-{}", shared_key_alias(environment), suffix(uid))
}

/// Of an Environment's CloudTrail: at most 9 + 32 = 41 of its 128 characters.
#[must_use]
pub fn trail(environment: &str) -> String {
    format!("cloister-{environment}")
}

/// Of the role by which that trail writes into its log group: at most 15 + 32 + 1 + 8 = 56 of IAM's 64 characters. Of the
/// UID too, since it stays when the Environment goes, and whose a policy is can never be changed.
#[must_use]
pub fn trail_role(environment: &str, uid: &str) -> String {
    format!("cloister-trail-{environment}-{}", suffix(uid))
}

/// Of that log group.
#[must_use]
pub fn trail_logs(environment: &str, uid: &str) -> String {
    format!("{}trail-{}", audit_logs(environment), suffix(uid))
}

/// Of a role that people take on, of its policy and of a boundary: at most 16 + 32 + 19 = 67 characters of a policy, 60 of a
/// role, of which IAM allows 64.
#[must_use]
pub fn people(environment: &str, what: &str) -> String {
    format!("cloister-people-{environment}-{what}")
}

/// Of an alarm on it, and of its metric and its filter: at most 15 + 32 + 1 + 15 + 1 + 8 = 72 of CloudWatch's 255 characters.
#[must_use]
pub fn alarm(environment: &str, about: &str, uid: &str) -> String {
    format!("cloister-alarm-{environment}-{about}-{}", suffix(uid))
}

/// What the names of an Environment's log groups begin with.
#[must_use]
pub fn audit_logs(environment: &str) -> String {
    format!("/cloister/environment/{environment}/")
}

/// Of the cluster that they share: at most 16 + 32 + 1 + 8 = 57 of Redshift's 63 characters.
#[must_use]
pub fn shared_warehouse(environment: &str, uid: &str) -> String {
    format!("cloister-shared-{environment}-{}", suffix(uid))
}

/// Of the rule and the queue of an Environment's events: at most 16 + 32 + 1 + 8 = 57 of EventBridge's 64 characters.
#[must_use]
pub fn events(environment: &str, uid: &str) -> String {
    format!("cloister-events-{environment}-{}", suffix(uid))
}

/// Of the rule that sends the events of another region home: at most 17 + 14 + 1 + 8 = 40 of EventBridge's 64 characters.
#[must_use]
pub fn forwarding_rule(region: &str, uid: &str) -> String {
    format!("cloister-forward-{region}-{}", suffix(uid))
}

/// Of the role by which it does, and of its policy: at most 17 + 32 + 1 + 8 = 58 of IAM's 64 characters.
#[must_use]
pub fn forwarder(environment: &str, uid: &str) -> String {
    format!("cloister-forward-{environment}-{}", suffix(uid))
}

/// Eight hexadecimal digits that stand for a UID.
#[must_use]
pub fn suffix(uid: &str) -> String {
    digits(uid, 8)
}

/// So many hexadecimal digits that stand for a text.
#[must_use]
pub fn digits(text: &str, count: usize) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(count / 2).fold(String::new(), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::{Names, forwarder, forwarding_rule, people, shared_warehouse, trail_role};

    #[test]
    fn the_longest_names_fit_the_limits_of_aws() {
        let names = Names::new(&"t".repeat(30), "uid");
        let bucket = "b".repeat(20);
        assert!(names.bucket(&bucket).len() <= 63);
        assert!(names.role("warehouse").len() <= 64);
        assert!(names.role(&format!("door-{}", "a".repeat(19))).len() <= 64);
        assert!(names.dead_letter_queue(&bucket).len() <= 80);
        assert!(shared_warehouse(&"e".repeat(32), "uid").len() <= 63);
        assert!(people(&"e".repeat(32), "break-glass").len() <= 64);
        assert!(forwarder(&"e".repeat(32), "uid").len() <= 64);
        assert!(forwarding_rule("ap-southeast-7", "uid").len() <= 64);
        assert!(trail_role(&"e".repeat(32), "uid").len() <= 64);
    }
}
