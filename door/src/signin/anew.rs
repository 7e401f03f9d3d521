//! Signing out everywhere ends the door's sessions. The provider's own may live on in another browser, and does not open
//! the door again: a person who has signed out everywhere has to show who they are after that.

use serde_json::Value;

use super::token::{Claims, Refusal};

/// When the person has shown who they are.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// `auth_time`, by the provider's clock.
    pub at: u64,
    /// The earliest and the latest that this can have been, in milliseconds by our own clock.
    earliest: u64,
    latest: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Taken,
    /// They are asked once to show it anew.
    Anew,
    /// They were asked, and the provider has asked nobody.
    Refused,
}

impl Shown {
    /// `iat` and `auth_time` are of one clock, and the token was made while we waited for it, from `sent` to `received`.
    /// So it does not matter by how much the provider's clock is wrong. Both are whole seconds, and so the age is known
    /// to within one.
    pub fn of(claims: &Claims, sent: u64, received: u64) -> Result<Self, Refusal> {
        let number = |name: &str| claims.get(name).and_then(Value::as_u64);
        let (Some(at), Some(made)) = (number("auth_time"), number("iat")) else {
            return Err(Refusal::Invalid("auth_time or iat is missing"));
        };
        let age = made.saturating_sub(at);
        let before = |from: u64, seconds: u64| from.saturating_sub(seconds.saturating_mul(1000));
        let (earliest, latest) =
            (before(sent, age.saturating_add(1)), before(received, age.saturating_sub(1)));
        Ok(Self { at, earliest, latest })
    }

    /// `not_before`: they signed out everywhere then. `asked`: what the provider had when they were sent back.
    #[must_use]
    pub fn since(self, not_before: u64, asked: Option<u64>) -> Verdict {
        match asked {
            _ if self.earliest > not_before => Verdict::Taken,
            None => Verdict::Anew,
            // By the provider's clock alone, whatever may be in doubt between it and ours.
            Some(before) if self.at > before && self.latest > not_before => Verdict::Taken,
            Some(_) => Verdict::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn shown(at: u64, made: u64, sent: u64, received: u64) -> Shown {
        let claims = json!({ "auth_time": at, "iat": made });
        Shown::of(claims.as_object().unwrap(), sent, received).unwrap()
    }

    #[test]
    fn who_was_asked_shows_something_newer_and_nobody_is_asked_twice() {
        let old = shown(1000, 1100, 1_100_000, 1_100_050);
        assert_eq!(old.since(0, None), Verdict::Taken, "nobody has signed out");
        assert_eq!(old.since(1_050_000, None), Verdict::Anew);
        assert_eq!(old.since(1_050_000, Some(1000)), Verdict::Refused, "the provider has asked nobody");
        let new = shown(1100, 1100, 1_100_000, 1_100_050);
        assert_eq!(new.since(1_099_500, None), Verdict::Anew, "it may have been before");
        assert_eq!(new.since(1_099_500, Some(1000)), Verdict::Taken);
        assert_eq!(new.since(1_102_000, Some(1000)), Verdict::Refused, "they signed out again meanwhile");
    }

    #[test]
    fn a_token_says_both_times() {
        for claims in [json!({ "auth_time": 1 }), json!({ "iat": 1 }), json!({ "iat": 1, "auth_time": "1" })]
        {
            assert!(Shown::of(claims.as_object().unwrap(), 0, 0).is_err(), "{claims}");
        }
    }

    proptest! {
        /// By any clock of the provider's, a sign-in from before is never taken unasked, and never refused if from after.
        #[test]
        fn the_providers_clock_does_not_matter(
            skew in -100_000_i64..100_000, at in 0..600_000_u64, age in 0..600_000_u64,
            wait in 0..2_000_u64, part in 0..=2_000_u64, not_before in 0..1_200_000_u64,
        ) {
            let (at, not_before) = (10_000_000 + at, 10_000_000 + not_before);
            let made = at + age;
            let sent = made - part.min(wait);
            let received = sent + wait;
            let clock = |time: u64| time.checked_add_signed(skew).unwrap() / 1000;
            let shown = shown(clock(at), clock(made), sent, received);
            prop_assert!(shown.earliest <= at && at <= shown.latest);
            if at <= not_before {
                prop_assert_eq!(shown.since(not_before, None), Verdict::Anew);
            } else {
                prop_assert_eq!(shown.since(not_before, Some(shown.at - 1)), Verdict::Taken);
                prop_assert_ne!(shown.since(not_before, None), Verdict::Refused);
            }
        }
    }
}
