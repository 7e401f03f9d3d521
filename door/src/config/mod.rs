//! `door.json`: the operator writes it, and what is wrong in it is told all at once.

mod read;

use std::path::{Path, PathBuf};
use std::time::Duration;

use cloister_identity::{Complaint, SecondFactor, is_safe};
use serde_json::Value;

use crate::record::Route;
use read::Section;

#[derive(Clone, Debug)]
pub struct Config {
    pub tenant: String,
    pub app: String,
    /// The name that users type, in lower case and without a port.
    pub host: String,
    pub upstream: Upstream,
    pub health_path: String,
    pub sign_in: SignIn,
    pub sessions: Sessions,
    pub access_log: AccessLog,
    pub certificate_file: PathBuf,
    pub key_file: PathBuf,
}

#[derive(Clone, Debug)]
pub enum Upstream {
    Socket(PathBuf),
    Port(u16),
}

#[derive(Clone, Debug)]
pub struct SignIn {
    pub issuer: String,
    pub client_id: String,
    pub client_secret_file: PathBuf,
    pub groups_claim: String,
    pub groups: Vec<String>,
    pub second_factor: SecondFactor,
    pub ca_file: Option<PathBuf>,
}

#[derive(Clone, Debug)]
pub struct Sessions {
    pub table: String,
    pub idle: Duration,
    pub absolute: Duration,
    pub warning: Duration,
}

#[derive(Clone, Debug)]
pub struct AccessLog {
    pub bucket: String,
    pub bucket_owner: String,
    pub bucket_region: String,
    pub prefix: String,
    pub spool: PathBuf,
    pub routes: Vec<Route>,
    pub pseudonym_key_file: PathBuf,
}

impl Config {
    pub fn open(path: &Path) -> Result<Self, Complaint> {
        let told = |what: String| -> Complaint { format!("{}: {what}", path.display()).into() };
        let text = std::fs::read(path).map_err(|error| told(error.to_string()))?;
        let value = serde_json::from_slice(&text).map_err(|error| told(format!("it is no JSON: {error}")))?;
        Self::read(value).map_err(|faults| told(faults.join("; ")))
    }

    pub fn read(value: Value) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let config = Self::of(&mut Section::of("", value, &mut faults));
        if faults.is_empty() { Ok(config) } else { Err(faults) }
    }

    fn of(root: &mut Section<'_>) -> Self {
        let host = root.text("host", "the name that users type, such as claims.acme.example");
        if !host.is_empty() && !is_host(&host) {
            root.fault(
                "host",
                "must be a DNS name in lower case, without scheme or port, such as claims.acme.example",
            );
        }
        let (certificate_file, key_file) = tls(root.section("tls"));
        Self {
            tenant: root.text("tenant", "the tenant's name"),
            app: root.text("app", "the application's name"),
            host,
            upstream: upstream(root.section("upstream")),
            health_path: path(root, "healthPath"),
            sign_in: sign_in(root.section("signIn")),
            sessions: sessions(root.section("sessions")),
            access_log: access_log(root.section("accessLog")),
            certificate_file,
            key_file,
        }
    }
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        let inner = label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        !label.is_empty() && label.len() <= 63 && inner && !label.starts_with('-') && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(label)
}

fn path(section: &mut Section<'_>, name: &str) -> String {
    let path = section.text(name, "a path, such as /healthz");
    let is_path = path.starts_with('/') && path.bytes().all(|b| b.is_ascii_graphic());
    if !path.is_empty() && !is_path {
        section.fault(name, "must be a path that begins with /, such as /healthz");
    }
    path
}

fn tls(mut tls: Section<'_>) -> (PathBuf, PathBuf) {
    let chain = tls.text("certificateFile", "the file of the certificate chain in PEM");
    (chain.into(), tls.text("keyFile", "the file of its private key in PEM").into())
}

fn upstream(mut upstream: Section<'_>) -> Upstream {
    let socket = upstream.optional("socket", "the path of a Unix socket");
    let port = upstream.number("port", 1, 65535).and_then(|port| u16::try_from(port).ok());
    match (socket, port) {
        (Some(socket), None) => Upstream::Socket(socket.into()),
        (None, Some(port)) => Upstream::Port(port),
        _ => {
            upstream.fault("socket", "or upstream.port is needed, and not both of them");
            Upstream::Port(0)
        }
    }
}

fn sign_in(mut sign_in: Section<'_>) -> SignIn {
    let issuer = sign_in.text("issuer", "the identity provider's issuer URL");
    if !issuer.is_empty() && !issuer.parse().is_ok_and(|uri| is_safe(&uri)) {
        sign_in.fault("issuer", "must be an https URL; plain http is for loopback alone");
    }
    let groups = sign_in.texts("groups", "names of groups");
    if groups.is_empty() {
        sign_in.fault("groups", "must hold at least one group, or nobody may come in");
    }
    let second_factor = SecondFactor {
        acr: sign_in.texts("acr", "values of acr"),
        amr: sign_in.texts("amr", "values of amr"),
    };
    if second_factor.acr.is_empty() && second_factor.amr.is_empty() {
        sign_in.fault("amr", "or signIn.acr must hold a value that proves a second factor, such as mfa");
    }
    SignIn {
        client_id: sign_in
            .text("clientId", "the client id that the identity provider knows this application by"),
        client_secret_file: sign_in.text("clientSecretFile", "the file of the client's secret").into(),
        groups_claim: sign_in.text("groupsClaim", "the claim of the ID token that holds groups"),
        ca_file: sign_in.optional("caFile", "a file of certificates in PEM").map(PathBuf::from),
        issuer,
        groups,
        second_factor,
    }
}

const DAY: u64 = 24 * 3600;

fn sessions(mut sessions: Section<'_>) -> Sessions {
    let idle = sessions.needed("idleSeconds", 1, DAY);
    let absolute = sessions.needed("absoluteSeconds", 1, 7 * DAY);
    let warning = sessions.needed("warningSeconds", 0, DAY);
    if absolute < idle {
        sessions.fault("absoluteSeconds", "must not be less than sessions.idleSeconds");
    }
    if warning > idle {
        sessions.fault("warningSeconds", "must not be more than sessions.idleSeconds");
    }
    Sessions {
        table: sessions.text("table", "the name of the session table"),
        idle: Duration::from_secs(idle),
        absolute: Duration::from_secs(absolute),
        warning: Duration::from_secs(warning),
    }
}

fn access_log(mut log: Section<'_>) -> AccessLog {
    let prefix = log.text("prefix", "where in the bucket the records go, such as app-access/acme/claims/");
    if !prefix.is_empty() && (!prefix.ends_with('/') || prefix.starts_with('/')) {
        log.fault("prefix", "must end with / and not begin with one");
    }
    let mut routes = Vec::new();
    for text in log.texts("routes", "paths, such as /claims/:id") {
        match Route::read(&text) {
            Some(route) => routes.push(route),
            None => log.fault("routes", &format!("must be paths such as /claims/:id, and {text:?} is none")),
        }
    }
    AccessLog {
        bucket: log.text("bucket", "the audit bucket"),
        bucket_owner: log.text("bucketOwner", "the account of the audit bucket"),
        bucket_region: log.text("bucketRegion", "the region of the audit bucket"),
        spool: log.text("spool", "the folder where records wait to be shipped").into(),
        pseudonym_key_file: log.text("pseudonymKeyFile", "the file of the key of pseudonyms").into(),
        prefix,
        routes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_empty_one_everything_that_is_missing_is_told() {
        let faults = Config::read(serde_json::json!({ "tls": 1 })).unwrap_err();
        for field in [
            "host",
            "tenant",
            "app",
            "upstream.socket",
            "healthPath",
            "signIn.issuer",
            "signIn.groups",
            "signIn.amr",
            "signIn.clientId",
            "signIn.clientSecretFile",
            "signIn.groupsClaim",
            "sessions.table",
            "sessions.idleSeconds",
            "sessions.absoluteSeconds",
            "sessions.warningSeconds",
            "accessLog.bucket",
            "accessLog.bucketOwner",
            "accessLog.bucketRegion",
            "accessLog.prefix",
            "accessLog.spool",
            "accessLog.pseudonymKeyFile",
            "tls.certificateFile",
            "tls.keyFile",
        ] {
            assert!(
                faults.iter().any(|fault| fault.starts_with(&format!("{field} "))),
                "{field}: {faults:?}"
            );
        }
    }
}
