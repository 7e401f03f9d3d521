//! The API server as kubectl finds it, with the asker's own rights.

use std::path::PathBuf;

use clap::Args;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use super::Complaint;

#[derive(Args, Clone, Debug, Default)]
pub struct Access {
    /// The kubeconfig file, if it is not where kubectl looks for it.
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig, if it is not the current one.
    #[arg(long)]
    context: Option<String>,
}

impl Access {
    pub async fn client(&self) -> Result<Client, Complaint> {
        Ok(Client::try_from(self.config().await?)?)
    }

    async fn config(&self) -> Result<Config, Complaint> {
        let options = KubeConfigOptions { context: self.context.clone(), ..KubeConfigOptions::default() };
        Ok(match &self.kubeconfig {
            Some(file) => Config::from_custom_kubeconfig(Kubeconfig::read_from(file)?, &options).await?,
            None if self.context.is_some() => Config::from_kubeconfig(&options).await?,
            None => Config::infer().await?,
        })
    }
}

/// With a namespace, for kinds that are in one.
#[derive(Args, Clone, Debug)]
pub struct Place {
    #[command(flatten)]
    access: Access,
    /// The namespace of the object: its tenant's name. Left out: the context's.
    #[arg(short, long)]
    namespace: Option<String>,
}

impl Place {
    pub fn of(namespace: Option<String>) -> Self {
        Self { access: Access::default(), namespace }
    }

    /// The API server, and the namespace.
    pub async fn connect(&self) -> Result<(Client, String), Complaint> {
        let config = self.access.config().await?;
        let namespace = self.namespace.clone().unwrap_or_else(|| config.default_namespace.clone());
        Ok((Client::try_from(config)?, namespace))
    }
}
