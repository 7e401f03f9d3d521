//! What Redshift says when it refuses a statement. Its words may quote rows, so only their kind is kept.

use cloister_core::fault::{Fault, FaultClass};

/// There is no database to connect to.
pub(super) const NO_DATABASE: &str = "NoSuchDatabase";

/// Beginnings or parts of Redshift's messages, in lower case; the first that is found counts.
const KNOWN: [(&str, &str, FaultClass); 17] = [
    ("fatal: database", NO_DATABASE, FaultClass::NotFound),
    ("serializable isolation violation", "SerializableIsolationViolation", FaultClass::Conflict),
    ("conflict with concurrent transaction", "ConcurrentTransaction", FaultClass::Conflict),
    ("could not serialize access", "SerializableIsolationViolation", FaultClass::Conflict),
    ("deadlock detected", "Deadlock", FaultClass::Conflict),
    ("lock timeout", "LockTimeout", FaultClass::Conflict),
    ("canceling statement due to", "StatementTimeout", FaultClass::Conflict),
    ("cancelled on user's request", "Cancelled", FaultClass::Ambiguous),
    ("destination on s3 is not empty", "DestinationNotEmpty", FaultClass::Exists),
    ("error accessdenied", "S3AccessDenied", FaultClass::Denied),
    ("not authorized to assume iam role", "RoleNotAssumed", FaultClass::Denied),
    ("permission denied", "PermissionDenied", FaultClass::Denied),
    ("must be owner", "NotOwner", FaultClass::Denied),
    ("must be superuser", "NotSuperuser", FaultClass::Denied),
    ("already exists", "ObjectExists", FaultClass::Exists),
    ("does not exist", "NoSuchObject", FaultClass::NotFound),
    ("connection", "NoConnection", FaultClass::Ambiguous),
];

pub(crate) fn of(message: &str) -> Fault {
    let message = message.to_lowercase();
    let known = KNOWN.iter().find(|(part, ..)| message.contains(part));
    let (code, class) = known.map_or(("Refused", FaultClass::Invalid), |(_, code, class)| (*code, *class));
    Fault { service: "redshift-data", operation: "BatchExecuteStatement", code: code.into(), class }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_kept_and_the_words_are_not() {
        let fault = of("ERROR: 1023 DETAIL: Serializable isolation violation on table in Redshift");
        assert_eq!(fault.class, FaultClass::Conflict);
        let fault = of("ERROR: Value too long for character type: 'Jane Roe, HIV'");
        assert_eq!((fault.class, fault.code.as_str()), (FaultClass::Invalid, "Refused"));
        assert!(!fault.to_string().contains("Jane"));
    }
}
