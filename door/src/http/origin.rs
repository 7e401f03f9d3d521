use hyper::header::{HOST, HeaderName, ORIGIN};
use hyper::{HeaderMap, Method, Request};

/// The origin by which the browser knows us, if the request is for our host: the port may be a balancer's.
#[must_use]
pub fn of<B>(request: &Request<B>, host: &str) -> Option<String> {
    let mut all = request.headers().get_all(HOST).iter();
    let (Some(header), None) = (all.next(), all.next()) else { return None };
    let said = header.to_str().ok()?;
    let (name, port) = match said.rsplit_once(':') {
        Some((name, port)) => (name, Some(port.parse::<u16>().ok()?)),
        None => (said, None),
    };
    if !name.eq_ignore_ascii_case(host) {
        return None;
    }
    // An absolute form that names somebody else is for somebody else.
    if request.uri().authority().is_some_and(|authority| !authority.as_str().eq_ignore_ascii_case(said)) {
        return None;
    }
    Some(match port {
        None | Some(443) => format!("https://{host}"),
        Some(port) => format!("https://{host}:{port}"),
    })
}

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

#[must_use]
pub fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a page of ours has sent it. `Sec-Fetch-Site` cannot be forged by another page; where a browser does not send
/// it, `Origin` must be ours. Nothing at all is no proof.
#[must_use]
pub fn is_ours(headers: &HeaderMap, own: &str) -> bool {
    let one = |name: &HeaderName| {
        let mut all = headers.get_all(name).iter();
        (all.next().and_then(|value| value.to_str().ok()), all.next().is_some())
    };
    let (site, many_sites) = one(&SITE);
    let (origin, many_origins) = one(&ORIGIN);
    if many_sites || many_origins {
        return false;
    }
    match (site, origin) {
        (Some(site), None | Some("null")) => site == "same-origin",
        (Some(site), Some(origin)) => site == "same-origin" && origin == own,
        (None, Some(origin)) => origin == own,
        (None, None) => false,
    }
}

/// Whether a person waits for a page.
#[must_use]
pub fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    let says = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let page = match says(&MODE) {
        Some(mode) => mode == "navigate",
        None => says(&hyper::header::ACCEPT).is_some_and(|accept| accept.contains("text/html")),
    };
    *method == Method::GET && page
}
