//! Paths that come from strangers.

use percent_encoding::percent_decode_str;
use url::Url;

/// It travels to the identity provider and back, sealed, in a URL.
const LONGEST: usize = 1500;

/// A place on this host to go back to: a path and its query, and nothing that a browser would read as another host.
#[must_use]
pub fn back(asked: &str) -> Option<String> {
    let base = Url::parse("https://door.invalid/").ok()?;
    let plain = asked.len() <= LONGEST
        && asked.starts_with('/')
        && !asked.bytes().any(|byte| byte == b'\\' || byte.is_ascii_control());
    if !plain {
        return None;
    }
    let found = base.join(asked).ok()?;
    let here = found.origin() == base.origin() && found.username().is_empty() && found.password().is_none();
    let path = match found.query() {
        Some(query) => format!("{}?{query}", found.path()),
        None => found.path().to_owned(),
    };
    (here && !path.starts_with("//") && !is_own(found.path())).then_some(path)
}

/// Whether it is the door's, or would be for somebody who decodes and tidies it.
#[must_use]
pub fn is_own(path: &str) -> bool {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut segments: Vec<&str> = Vec::new();
    for segment in decoded.split(['/', '\\']) {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            other => segments.push(other),
        }
    }
    segments.first().is_some_and(|first| first.eq_ignore_ascii_case(".cloister"))
}

#[cfg(test)]
mod tests {
    use super::{back, is_own};

    #[test]
    fn only_places_on_this_host_are_gone_back_to() {
        for (asked, gone) in [
            ("/", Some("/")),
            ("/claims/1?tab=2&x=%2F", Some("/claims/1?tab=2&x=%2F")),
            ("/a/../b#part", Some("/b")),
            ("//evil.example", None),
            ("///evil.example", None),
            ("/\\evil.example", None),
            ("/\t/evil.example", None),
            ("https://evil.example", None),
            ("javascript:alert(1)", None),
            ("claims", None),
            ("", None),
            ("/..//evil.example", None),
            ("/.cloister/login?return=/", None),
            ("/%2ecloister/login", None),
        ] {
            assert_eq!(back(asked).as_deref(), gone, "{asked:?}");
        }
        assert_eq!(back(&format!("/{}", "a".repeat(1500))), None);
    }

    #[test]
    fn the_doors_own_paths_are_known_in_disguise() {
        for own in [
            "/.cloister",
            "/.cloister/x",
            "//.cloister/x",
            "/%2Ecloister",
            "/a/../.cloister/x",
            "/.Cloister/",
            "/./.cloister",
        ] {
            assert!(is_own(own), "{own}");
        }
        for other in ["/", "/cloister", "/a/.cloister", "/.cloisterx"] {
            assert!(!is_own(other), "{other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_browser_leaves_the_host(asked in "[/\\\\.@:?#%a-z0-9\t\n ]{0,24}") {
            if let Some(to) = back(&asked) {
                let base = url::Url::parse("https://claims.acme.example/x/y").unwrap();
                assert_eq!(base.join(&to).unwrap().origin(), base.origin(), "{asked:?} -> {to:?}");
                assert!(to.starts_with('/') && to.is_ascii());
            }
        }
    }
}
