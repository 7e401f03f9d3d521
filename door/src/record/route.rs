use percent_encoding::percent_decode;

use super::Pseudonyms;

/// A path whose words may stand in the access log, with `:name` for what varies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Word(String),
    Any,
}

/// What the access log says of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub route: String,
    pub path: String,
}

/// The route of what no route fits.
const UNLISTED: &str = "unlisted";
/// The segments of a path that are written one by one.
const SEGMENTS: usize = 32;
pub const OWN: [&str; 12] = [
    "login",
    "callback",
    "logout",
    "logout-everywhere",
    "leaving",
    "signed-out",
    "extend",
    "session",
    "session.js",
    "backchannel-logout",
    "ended",
    "",
];

impl Route {
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('/')?;
        let parts: Option<Vec<Part>> =
            if rest.is_empty() { Some(Vec::new()) } else { rest.split('/').map(part).collect() };
        Some(Self { text: text.to_owned(), parts: parts? })
    }

    fn fits(&self, segments: &[Vec<u8>]) -> bool {
        let fits = |(part, segment): (&Part, &Vec<u8>)| match part {
            Part::Word(word) => word.as_bytes() == segment.as_slice(),
            Part::Any => !segment.is_empty(),
        };
        self.parts.len() == segments.len() && self.parts.iter().zip(segments).all(fits)
    }

    fn shown(&self, segments: &[Vec<u8>], pseudonyms: &Pseudonyms) -> Shown {
        let mut path = String::new();
        for (part, segment) in self.parts.iter().zip(segments) {
            match part {
                Part::Word(word) => path.extend(["/", word]),
                Part::Any => path.extend(["/~", &pseudonyms.of(segment)]),
            }
        }
        if path.is_empty() {
            path.push('/');
        }
        Shown { route: self.text.clone(), path }
    }

    /// Words first: `/claims/new` is not a claim.
    fn words(&self) -> Vec<bool> {
        self.parts.iter().map(|part| matches!(part, Part::Word(_))).collect()
    }
}

fn part(text: &str) -> Option<Part> {
    let name = text.strip_prefix(':');
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'~');
    let text = name.unwrap_or(text);
    if text.is_empty() || !text.bytes().all(known) {
        return None;
    }
    Some(if name.is_some() { Part::Any } else { Part::Word(text.to_owned()) })
}

/// Only words of the routes and pseudonyms, whatever the path is.
#[must_use]
pub fn shown(path: &str, routes: &[Route], pseudonyms: &Pseudonyms) -> Shown {
    if let Some(own) = path.strip_prefix("/.cloister") {
        let own = own.strip_prefix('/').unwrap_or_default();
        let name = OWN.iter().find(|known| **known == own).copied();
        let path = name.map_or_else(|| "/.cloister/-".to_owned(), |name| format!("/.cloister/{name}"));
        return Shown { route: path.clone(), path };
    }
    let inner = path.strip_prefix('/').unwrap_or(path);
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    let segments: Vec<Vec<u8>> = if inner.is_empty() {
        Vec::new()
    } else {
        inner.split('/').map(|segment| percent_decode(segment.as_bytes()).collect()).collect()
    };
    let fitting = routes.iter().filter(|route| route.fits(&segments));
    if let Some(route) = fitting.max_by_key(|route| route.words()) {
        return route.shown(&segments, pseudonyms);
    }
    let path = match segments.as_slice() {
        [] => "/".to_owned(),
        few if few.len() <= SEGMENTS => few.iter().map(|one| format!("/~{}", pseudonyms.of(one))).collect(),
        _ => format!("/~{}", pseudonyms.of(inner.as_bytes())),
    };
    Shown { route: UNLISTED.to_owned(), path }
}
