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
pub const OWN: [&str; 10] = [
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
    if let Some(own) = path.strip_prefix("/.cloister/") {
        let name = OWN.iter().find(|known| **known == own).copied().unwrap_or("-");
        let path = format!("/.cloister/{name}");
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
        few if few.len() <= SEGMENTS => {
            few.iter().flat_map(|one| ["/~".to_owned(), pseudonyms.of(one)]).collect()
        }
        _ => format!("/~{}", pseudonyms.of(inner.as_bytes())),
    };
    Shown { route: UNLISTED.to_owned(), path }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pseudonyms() -> Pseudonyms {
        Pseudonyms::new(&[7; 32]).unwrap()
    }

    fn routes() -> Vec<Route> {
        ["/", "/claims", "/claims/:id", "/claims/new", "/claims/:id/notes"]
            .iter()
            .filter_map(|r| Route::read(r))
            .collect()
    }

    #[test]
    fn words_of_routes_stay_and_all_else_is_hidden() {
        let (known, names) = (routes(), pseudonyms());
        let of = |path: &str| {
            let shown = shown(path, &known, &names);
            (shown.route, shown.path)
        };
        let hidden = |route: &str, path: &str| (route.to_owned(), path.to_owned());
        let id = names.of(b"10023");
        assert_eq!(of("/"), hidden("/", "/"));
        assert_eq!(of("/claims/10023"), hidden("/claims/:id", &format!("/claims/~{id}")));
        assert_eq!(
            of("/claims/%31%30023/notes/"),
            hidden("/claims/:id/notes", &format!("/claims/~{id}/notes"))
        );
        assert_eq!(of("/claims/new"), hidden("/claims/new", "/claims/new"));
        assert_eq!(of("/10023"), hidden("unlisted", &format!("/~{id}")));
        assert_eq!(of("/.cloister/login"), hidden("/.cloister/login", "/.cloister/login"));
        assert_eq!(of("/.cloister/10023"), hidden("/.cloister/-", "/.cloister/-"));
        assert_eq!(of("/.cloister"), hidden("unlisted", &format!("/~{}", names.of(b".cloister"))));
    }

    #[test]
    fn what_is_no_route_is_told() {
        for wrong in ["", "claims", "/claims/", "/a//b", "/:", "/a b", "/a?b"] {
            assert_eq!(Route::read(wrong), None, "{wrong:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn only_words_and_pseudonyms_are_ever_written(path in "(/([a-z%0-9]{0,8}|claims|new|notes)){0,40}/?") {
            let shown = shown(&path, &routes(), &pseudonyms());
            for segment in shown.path.split('/').skip(1) {
                let hidden = segment.strip_prefix('~').is_some_and(|hex| {
                    hex.len() == 16 && hex.bytes().all(|b| b.is_ascii_hexdigit())
                });
                assert!(hidden || ["", "claims", "new", "notes"].contains(&segment), "{path:?}: {segment:?}");
            }
        }

        #[test]
        fn ids_of_records_are_never_written(header in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            for record in crate::record::records(std::iter::once(header.as_slice()), &pseudonyms()) {
                let (kind, name) = record.rsplit_once(['/', '~']).unwrap();
                assert!(name.len() == 16 && name.bytes().all(|b| b.is_ascii_hexdigit()), "{record:?}");
                assert!(kind.len() <= 32 && kind.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
            }
        }
    }
}
