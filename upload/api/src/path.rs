//! Names of files within an upload, as their keys hold them after the prefix.

use cloister_core::tenant::MANIFEST;

/// S3's bound on a key, in bytes: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>
const KEY: usize = 1024;

/// What is wrong with a name, and what is expected. `prefix` is what stands before it in the key.
pub fn check(path: &str, prefix: &str) -> Result<(), (&'static str, &'static str)> {
    let plain = "a path such as claims/2026-01.csv: names joined by single slashes, none of them . or ..";
    if path.is_empty() {
        return Err(("is empty", plain));
    }
    if prefix.len() + path.len() > KEY {
        return Err(("is too long", "at most 1024 bytes with the prefix, in UTF-8"));
    }
    if path.split('/').any(|name| matches!(name, "" | "." | "..")) {
        return Err(("has an empty name, . or .. in it", plain));
    }
    if path.contains('\\') {
        return Err(("has a backslash in it", "slashes between names, whatever the system of origin uses"));
    }
    if path.chars().any(is_unprintable) {
        return Err(("has a control or invisible character in it", "printable characters only"));
    }
    if path == MANIFEST {
        return Err(("is the manifest's own name", "another name than _manifest.json"));
    }
    Ok(())
}

/// Controls, and what hides or reorders the text around it.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn names_of_people_pass() {
        for good in
            ["a.csv", "claims/2026-01/é ü.csv", ".hidden", "a..b", "...", "sub/_manifest.json", "日本/文.txt"]
        {
            assert_eq!(check(good, "acme/x/"), Ok(()), "{good}");
        }
    }

    #[test]
    fn tricks_do_not() {
        let long = "x".repeat(1020);
        for bad in [
            "",
            "/",
            "/etc/passwd",
            "../b",
            "a/../../b",
            "a//b",
            "a/",
            "./a",
            "a/.",
            "..",
            "a\\..\\b",
            "a\nb",
            "a\0",
            "a\u{202e}b",
            "a\u{200b}b",
            "_manifest.json",
            &long,
        ] {
            assert!(check(bad, "acme/x/").is_err(), "{bad:?}");
        }
    }
}
