//! What ends a command, and with which exit code.

/// The codes are documented in `--help` and the man page: scripts depend on them.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    pub kind: Kind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// This machine: a disk that is full, a file that cannot be read.
    Local,
    Usage,
    NotLoggedIn,
    Refused,
    SomeFailed,
    Unverified,
    Network,
    Interrupted,
}

impl Kind {
    pub fn code(self) -> u8 {
        match self {
            Self::Local => 1,
            Self::Usage => 2,
            Self::NotLoggedIn => 3,
            Self::Refused => 4,
            Self::SomeFailed => 5,
            Self::Unverified => 6,
            Self::Network => 7,
            Self::Interrupted => 130,
        }
    }

    pub fn because(self, text: impl Into<String>) -> Failure {
        Failure { kind: self, text: text.into() }
    }
}

pub const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    something on this machine: a directory that cannot be written, a full disk
  2    wrong use: an option, a file name that cannot be sent
  3    not logged in, or the login has ended: run `cloister-upload login`
  4    refused: by the API, by S3, or by the identity provider
  5    some files were not sent: they changed meanwhile, or cannot be read
  6    verification failed: what arrived, or a receipt, is not what is here
  7    the network: run `cloister-upload resume`
  130  interrupted: run `cloister-upload resume`";

/// Says what was being done to which thing of this machine.
pub trait Locally<T> {
    fn locally(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: std::fmt::Display> Locally<T> for Result<T, E> {
    fn locally(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Kind::Local.because(format!("{}: {error}", what())))
    }
}
