use hyper::HeaderMap;
use hyper::header::{COOKIE, HeaderValue, SET_COOKIE};

pub const SESSION: &str = "__Host-cloister";
pub const LOGIN: &str = "__Host-cloister-login";

/// The one cookie of this name; none where there are several, since one of them is somebody else's.
#[must_use]
pub fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut found = pairs(headers).filter(|(key, _)| *key == name).map(|(_, value)| value);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let all = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    all.flat_map(|header| header.split(';')).filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim(), value.trim()))
    })
}

/// The application's own cookies: ours are secrets that it must not learn.
pub fn keep_from_application(headers: &mut HeaderMap) {
    let kept: Vec<String> = pairs(headers)
        .filter(|(name, _)| !is_ours(name))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    headers.remove(COOKIE);
    if let Ok(value) = HeaderValue::from_str(&kept.join("; "))
        && !kept.is_empty()
    {
        headers.insert(COOKIE, value);
    }
}

/// What the application sets, but for cookies of our names.
pub fn keep_from_browser(headers: &mut HeaderMap) {
    let is_theirs = |header: &HeaderValue| {
        let bytes = header.as_bytes();
        let name = bytes.split(|byte| *byte == b'=' || *byte == b';').next().unwrap_or_default();
        std::str::from_utf8(name.trim_ascii()).is_ok_and(|name| !is_ours(name))
    };
    let kept: Vec<HeaderValue> =
        headers.get_all(SET_COOKIE).iter().filter(|h| is_theirs(h)).cloned().collect();
    headers.remove(SET_COOKIE);
    for header in kept {
        headers.append(SET_COOKIE, header);
    }
}

/// Browsers tell `__host-` and `__Host-` apart or not, depending on their age.
fn is_ours(name: &str) -> bool {
    name.get(..SESSION.len()).is_some_and(|start| start.eq_ignore_ascii_case(SESSION))
}

/// Until the browser is closed; the server decides when a session ends.
#[must_use]
pub fn set(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax")
}

#[must_use]
pub fn set_for(name: &str, value: &str, seconds: u64) -> String {
    format!("{}; Max-Age={seconds}", set(name, value))
}

#[must_use]
pub fn clear(name: &str) -> String {
    set_for(name, "", 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[&[u8]]) -> HeaderMap {
        all.iter().map(|one| (COOKIE, HeaderValue::from_bytes(one).unwrap())).collect()
    }

    #[test]
    fn of_several_of_one_name_none_counts() {
        assert_eq!(get(&headers(&[b"a=1; __Host-cloister=x"]), SESSION), Some("x"));
        assert_eq!(get(&headers(&[b"__Host-cloister=x; __Host-cloister=y"]), SESSION), None);
        assert_eq!(get(&headers(&[b"__Host-cloister=x", b"__Host-cloister=x"]), SESSION), None);
        assert_eq!(get(&headers(&[b"__Host-cloister-login=x"]), SESSION), None);
    }

    proptest::proptest! {
        #[test]
        fn ours_never_reach_the_application(header in "([a-z]|__Host-cloister|__host-CLOISTER-login|[=; ]){0,12}") {
            let mut headers = headers(&[header.as_bytes()]);
            keep_from_application(&mut headers);
            let left = headers.get(COOKIE).map(|left| left.to_str().unwrap().to_ascii_lowercase()).unwrap_or_default();
            assert!(!left.split("; ").any(|pair| pair.starts_with("__host-cloister")), "{header:?} -> {left:?}");
        }

        #[test]
        fn no_header_makes_it_panic(header in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            if let Ok(value) = HeaderValue::from_bytes(&header) {
                let mut headers = HeaderMap::from_iter([(COOKIE, value.clone()), (SET_COOKIE, value)]);
                let _ = get(&headers, SESSION);
                keep_from_application(&mut headers);
                keep_from_browser(&mut headers);
            }
        }
    }
}
