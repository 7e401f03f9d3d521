//! What the door does not do, and what it says then: a page for people, a problem for programs.

use cloister_identity::Complaint;
use hyper::StatusCode;
use hyper::header::{ALLOW, RETRY_AFTER};

use crate::answer::{Answer, problem};
use crate::asked::Asked;
use crate::pages;
use crate::random::digest;
use crate::record::{Decision, Reason};
use crate::session::Unreachable;

#[derive(Debug)]
pub enum Refusal {
    /// Seconds.
    LockedOut(u64),
    /// A sign-in that did not succeed.
    SignIn(Reason),
    /// Signed in at the provider, but not entitled: why, and who.
    NotEntitled(Reason, String),
    /// Who signed out everywhere, and was not asked anew by the provider who they are.
    SignedOutSince(String),
    ProviderAway,
    CrossSite,
    NoSuchPath,
    MethodNotAllowed(&'static str),
    NoUpgrade,
    BadRequest,
    TooLarge,
    OtherHost,
    Unavailable,
    ApplicationAway(StatusCode),
}

impl From<Unreachable> for Refusal {
    fn from(error: Unreachable) -> Self {
        tracing::warn!(%error, "nobody is let in unseen");
        Self::Unavailable
    }
}

impl From<Complaint> for Refusal {
    fn from(error: Complaint) -> Self {
        tracing::error!(%error, "a request could not be decided on");
        Self::Unavailable
    }
}

/// What is said of it.
pub struct Words {
    pub status: u16,
    /// Of the problem's type.
    pub name: &'static str,
    pub title: &'static str,
    pub detail: String,
    /// Whether it helps to sign in again.
    pub again: bool,
}

impl Refusal {
    /// Whether somebody may be trying things out.
    #[must_use]
    pub const fn counts(&self) -> bool {
        matches!(self, Self::SignIn(_) | Self::NotEntitled(..))
    }

    #[must_use]
    pub fn user_key(&self, issuer: &str) -> Option<String> {
        match self {
            Self::NotEntitled(_, user) => Some(digest(&[issuer, user])),
            _ => None,
        }
    }

    fn reason(&self) -> Reason {
        match self {
            Self::LockedOut(_) => Reason::LockedOut,
            Self::SignIn(reason) | Self::NotEntitled(reason, _) => *reason,
            Self::SignedOutSince(_) => Reason::SignedOutSince,
            Self::CrossSite => Reason::CrossSite,
            Self::NoSuchPath => Reason::NoSuchPath,
            Self::MethodNotAllowed(_) | Self::NoUpgrade => Reason::Unsupported,
            Self::BadRequest | Self::TooLarge => Reason::BadRequest,
            Self::OtherHost => Reason::OtherHost,
            Self::ProviderAway | Self::Unavailable | Self::ApplicationAway(_) => Reason::Unavailable,
        }
    }

    fn words(&self) -> Words {
        let (status, name, title, detail) = match self {
            Self::LockedOut(seconds) => {
                let detail = format!(
                    "There were too many failed sign-ins from your network or account. Try again in {} minutes.",
                    seconds.div_ceil(60)
                );
                let (status, name, title) = (429, "locked-out", "Too many failed sign-ins");
                return Words { status, name, title, detail, again: false };
            }
            Self::SignIn(Reason::ProviderRefused) => (
                403,
                "sign-in-refused",
                "You were not signed in",
                "Your identity provider did not confirm the sign-in.",
            ),
            Self::SignIn(_) => (
                403,
                "sign-in-failed",
                "You were not signed in",
                "This sign-in has expired, or was begun in another browser.",
            ),
            Self::NotEntitled(Reason::NoSecondFactor, _) => (
                403,
                "no-multi-factor",
                "A second factor is needed",
                "Health data is behind this door, so a password alone does not open it. Sign in again with your second \
                 factor, or ask your administrator to set one up.",
            ),
            Self::NotEntitled(..) => (
                403,
                "not-allowed",
                "This application is not for you",
                "You are signed in, but you belong to none of the groups that may use it. Ask your administrator if \
                 you should.",
            ),
            Self::SignedOutSince(_) => (
                403,
                "signed-out-since",
                "Show once more who you are",
                "You, or your identity provider, ended all your sessions here, and the provider has not asked for your \
                 password since. Sign out there, or close all windows of this browser, and sign in again. If this page \
                 comes back, ask your administrator: the provider must heed prompt=login.",
            ),
            Self::ProviderAway => (
                503,
                "provider-away",
                "Signing in is not possible now",
                "The identity provider does not answer. Who is signed in already can go on; try again in a minute.",
            ),
            Self::CrossSite => (
                403,
                "cross-site",
                "This request came from elsewhere",
                "Changes are taken from the application's own pages alone: Sec-Fetch-Site must be same-origin, or \
                 Origin this host's.",
            ),
            Self::NoSuchPath => (404, "no-such-path", "There is nothing here", "The door has no such page."),
            Self::MethodNotAllowed(_) => {
                (405, "method-not-allowed", "That cannot be done here", "The page takes another method.")
            }
            Self::NoUpgrade => (
                501,
                "no-upgrade",
                "WebSockets do not pass",
                "What goes through one could not be recorded request by request. Use requests, or server-sent events.",
            ),
            Self::BadRequest => {
                (400, "malformed", "The request cannot be read", "It says two things at once.")
            }
            Self::TooLarge => {
                let detail = "They may have 32 KiB. Clear this host's cookies, or send less.";
                (431, "too-large", "The request's headers are too large", detail)
            }
            Self::OtherHost => {
                (421, "other-host", "This is another host", "The host is not the one that this serves.")
            }
            Self::Unavailable => (
                503,
                "unavailable",
                "That is not possible now",
                "Sessions cannot be looked up at the moment, and nobody is let in unseen. Try again in a minute.",
            ),
            Self::ApplicationAway(status) => (
                status.as_u16(),
                "application-away",
                "The application does not answer",
                "You are signed in, but the application behind this door did not answer. Try again in a minute.",
            ),
        };
        let again = self.counts() || matches!(self, Self::SignedOutSince(_));
        Words { status, name, title, detail: detail.to_owned(), again }
    }

    #[must_use]
    pub fn answer(&self, navigation: bool) -> Answer {
        let words = self.words();
        let status = StatusCode::from_u16(words.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let response = if navigation {
            pages::refused(status, &words)
        } else {
            problem(status, words.name, words.title, &words.detail)
        };
        let mut answer = Answer::new(Decision::Refused, response).because(self.reason());
        answer = match self {
            Self::LockedOut(seconds) => answer.header(RETRY_AFTER, &seconds.to_string()),
            Self::ProviderAway | Self::Unavailable | Self::ApplicationAway(_) => {
                answer.header(RETRY_AFTER, "15")
            }
            Self::MethodNotAllowed(allowed) => answer.header(ALLOW, allowed),
            Self::NotEntitled(_, user) | Self::SignedOutSince(user) => answer.user(user),
            _ => answer,
        };
        answer
    }

    #[must_use]
    pub fn to(&self, asked: &Asked) -> Answer {
        self.answer(asked.is_navigation())
    }
}
