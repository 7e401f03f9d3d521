//! Which copy is restored.

use jiff::{SignedDuration, Timestamp};

/// A copy of a snapshot, in the recovery region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    pub name: String,
    /// Of when its data is.
    pub taken_at: Timestamp,
    /// `available`, or what it is about.
    pub status: String,
    /// ARN; none where it lies under a key of AWS's own.
    pub kms_key: Option<String>,
}

/// The newest that can be restored, or why there is none and what to do about it.
pub fn newest<'a>(
    copies: &'a [Copy],
    cluster: &str,
    (home, recovery): (&str, &str),
    now: Timestamp,
    oldest_hours: i64,
) -> Result<&'a Copy, String> {
    let by_hand = format!(
        "aws redshift create-cluster-snapshot --region {home} --cluster-identifier {cluster} --snapshot-identifier NAME"
    );
    let ready = copies.iter().filter(|copy| copy.status == "available");
    let Some(found) = ready.max_by_key(|copy| copy.taken_at) else {
        let Some(unfinished) = copies.iter().max_by_key(|copy| copy.taken_at) else {
            return Err(format!(
                "{recovery} holds no copy of a snapshot of {cluster}. Redshift takes snapshots every 8 hours or 5 GB \
                 and copies each: see with cloister plan --live that its snapshotCopy is on, then wait, or take one: {by_hand}"
            ));
        };
        return Err(format!(
            "the only copies of snapshots of {cluster} in {recovery} are not available yet ({} is {}): try again later",
            unfinished.name, unfinished.status
        ));
    };
    let age = now.duration_since(found.taken_at);
    if age > SignedDuration::from_hours(oldest_hours) {
        return Err(format!(
            "the newest copy of a snapshot of {cluster} in {recovery}, {}, is {} hours old, and at most {oldest_hours} are allowed \
             (--oldest-hours): see with cloister plan --live that its snapshotCopy is on, then wait, or take one: {by_hand}",
            found.name,
            age.as_hours()
        ));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour)
    }

    fn copy(name: &str, hour: i64, status: &str) -> Copy {
        Copy { name: name.into(), taken_at: at(hour), status: status.into(), kms_key: None }
    }

    fn chosen(copies: &[Copy]) -> Result<&str, String> {
        newest(copies, "c", ("home", "there"), at(100), 24).map(|copy| copy.name.as_str())
    }

    #[test]
    fn the_newest_that_is_available_is_taken() {
        let copies =
            [copy("old", 80, "available"), copy("new", 90, "available"), copy("newest", 99, "creating")];
        assert_eq!(chosen(&copies), Ok("new"));
    }

    #[test]
    fn without_one_it_is_said_what_to_do() {
        assert!(chosen(&[]).unwrap_err().contains("create-cluster-snapshot --region home"));
        assert!(chosen(&[copy("a", 99, "creating")]).unwrap_err().contains("a is creating"));
        assert!(chosen(&[copy("a", 75, "available")]).unwrap_err().contains("is 25 hours old"));
        assert_eq!(chosen(&[copy("a", 76, "available")]), Ok("a"));
    }
}
