//! TLS 1.2 and 1.3, with a certificate that may be renewed while the process runs.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use tokio_rustls::{Accept, TlsAcceptor};

use crate::Complaint;

pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    acceptor: RwLock<TlsAcceptor>,
}

const LOOK: Duration = Duration::from_secs(2);

impl Tls {
    pub fn open(certificate: &Path, key: &Path) -> Result<Self, Complaint> {
        let acceptor = RwLock::new(read(certificate, key)?);
        Ok(Self { certificate: certificate.to_owned(), key: key.to_owned(), acceptor })
    }

    pub fn accept(&self, stream: TcpStream) -> Accept<TcpStream> {
        self.acceptor.read().unwrap_or_else(PoisonError::into_inner).accept(stream)
    }

    /// Reads the files again when they change, until the process ends. What cannot be read leaves the old ones.
    pub async fn keep(&self) {
        let mut seen = self.changed();
        loop {
            sleep(LOOK).await;
            let now = self.changed();
            if now == seen {
                continue;
            }
            match read(&self.certificate, &self.key) {
                Ok(acceptor) => {
                    *self.acceptor.write().unwrap_or_else(PoisonError::into_inner) = acceptor;
                    tracing::info!("a new certificate is served");
                    seen = now;
                }
                Err(error) => tracing::warn!(%error, "the new certificate cannot be read; the old one stays"),
            }
        }
    }

    fn changed(&self) -> [Option<SystemTime>; 2] {
        let time = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
        [time(&self.certificate), time(&self.key)]
    }
}

fn read(certificate: &Path, key: &Path) -> Result<TlsAcceptor, Complaint> {
    let named = |path: &Path| {
        let shown = path.display().to_string();
        move |error| io::Error::new(io::ErrorKind::InvalidData, format!("{shown}: {error}"))
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(named(certificate))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(named(key))?;
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
