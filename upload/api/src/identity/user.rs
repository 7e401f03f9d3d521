use cloister_core::name::digits;

/// Whom a verified token names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub issuer: String,
    pub subject: String,
    pub groups: Vec<String>,
}

impl User {
    /// The folder of the user's records: 32 hexadecimal digits. The issuer counts, so that no other issuer's
    /// user of the same name ever reads them.
    #[must_use]
    pub fn folder(&self) -> String {
        digits(&format!("{}\0{}", self.issuer, self.subject), 32)
    }
}

#[cfg(test)]
mod tests {
    use super::User;

    fn named(subject: &str) -> User {
        User { issuer: "https://idp.example".into(), subject: subject.into(), groups: Vec::new() }
    }

    #[test]
    fn two_users_never_share_a_folder() {
        assert_ne!(named("a").folder(), named("b").folder());
        let elsewhere = User { issuer: "https://other.example".into(), ..named("a") };
        assert_ne!(named("a").folder(), elsewhere.folder());
    }
}
