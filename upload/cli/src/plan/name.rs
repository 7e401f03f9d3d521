//! Names of files as S3 will hold them. What one side would read differently from the other is refused.

/// S3's bound on a whole key in UTF-8, of which the upload's own prefix is a part:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>
pub const KEY_BYTES: usize = 1024;
/// Room for `TENANT/UPLOADID/`: 63 bytes of a tenant's name, 26 of an id, two slashes, and some to spare.
const PREFIX_BYTES: usize = 124;
pub const PATH_BYTES: usize = KEY_BYTES - PREFIX_BYTES;
/// Written by the API beside the files when all have arrived.
pub const MANIFEST: &str = "_manifest.json";

/// Why a path relative to the upload's prefix cannot be sent, and what to do instead.
pub fn complaint(path: &str) -> Option<String> {
    let found = if path.is_empty() {
        "is empty"
    } else if path.starts_with('/') {
        "begins with a slash"
    } else if path == MANIFEST {
        "is the name of the manifest, which is written when all files have arrived"
    } else if path.chars().any(is_invisible) {
        "holds a control character or an invisible one"
    } else if path.contains('\\') {
        "holds a backslash, which is a separator on some systems"
    } else if path.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        "has an empty segment, `.` or `..`"
    } else if path.len() > PATH_BYTES {
        return Some(format!(
            "has {} bytes, and {PATH_BYTES} are possible: send it under a shorter name",
            path.len()
        ));
    } else {
        return None;
    };
    Some(format!("{found}: rename it or leave it out with --exclude"))
}

/// Controls, what hides or turns round the text beside it, and what XML cannot carry. The API refuses the same.
fn is_invisible(c: char) -> bool {
    let hidden =
        matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}');
    let reserved = matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}');
    let beyond = matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}');
    c.is_control() || hidden || reserved || beyond
}

/// `folder` as it stands before a path: no slash in front, one at the end, or nothing.
pub fn folder(given: &str) -> Result<String, String> {
    let bare = given.trim_end_matches('/');
    if bare.is_empty() && given.is_empty() {
        return Ok(String::new());
    }
    complaint(bare).map_or_else(|| Ok(format!("{bare}/")), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_pass() {
        for path in [
            "a",
            "a b",
            "ü/ß",
            "a+b&c=d?e#f%20",
            "..a",
            "a..",
            "...",
            "日本/語.csv",
            "'\"<>|*:",
            "sub/_manifest.json",
        ] {
            assert_eq!(complaint(path), None, "{path}");
        }
    }

    #[test]
    fn tricks_do_not_pass() {
        for path in [
            "",
            "/a",
            "a//b",
            "a/../b",
            "..",
            ".",
            "a/.",
            "a\nb",
            "a\0",
            "a\\b",
            "_manifest.json",
            "a/",
            "a\u{202e}b",
            "\u{ffff}",
        ] {
            assert!(complaint(path).is_some(), "{path:?}");
        }
    }

    #[test]
    fn length_is_counted_in_bytes() {
        assert_eq!(complaint(&"ü".repeat(PATH_BYTES / 2)), None);
        assert!(complaint(&"ü".repeat(PATH_BYTES / 2 + 1)).is_some());
    }

    #[test]
    fn a_folder_ends_in_one_slash() {
        assert_eq!(folder(""), Ok(String::new()));
        assert_eq!(folder("a/b//"), Ok("a/b/".into()));
        for wrong in ["/", "..", "/a", "a/../b"] {
            assert!(folder(wrong).is_err(), "{wrong}");
        }
    }
}
