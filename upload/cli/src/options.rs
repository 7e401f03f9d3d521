//! Options of more than one verb.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};

use crate::http::NetworkOptions;
use crate::login::Unattended;
use crate::login::store::Keep;
use crate::size;
use crate::tell::Style;

#[derive(Args)]
pub struct Common {
    /// The upload API. `login` remembers it for the other verbs.
    #[arg(long, global = true, env = "CLOISTER_UPLOAD_API", value_name = "URL")]
    pub api: Option<String>,
    /// One JSON object a line on stdout, for scripts.
    #[arg(long, global = true)]
    pub json: bool,
    /// Only results and errors.
    #[arg(long, short, global = true, conflicts_with = "json")]
    pub quiet: bool,
    /// Where a login is kept.
    #[arg(long, global = true, value_enum, default_value_t = Keep::Auto, env = "CLOISTER_UPLOAD_TOKEN_STORE")]
    pub token_store: Keep,
    /// For how many seconds a network that is away is waited for, in each request.
    #[arg(long, global = true, default_value_t = 600, value_name = "SECONDS")]
    pub give_up_after: u64,
    #[command(flatten)]
    pub network: NetworkOptions,
    #[command(flatten)]
    pub unattended: Unattended,
}

impl Common {
    pub fn style(&self) -> Style {
        match (self.json, self.quiet) {
            (true, _) => Style::Json,
            (_, true) => Style::Quiet,
            _ => Style::Human,
        }
    }

    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.give_up_after)
    }
}

/// Where to.
#[derive(Args, Clone)]
pub struct To {
    /// The tenant. Needed where you may upload for several.
    #[arg(long, short)]
    pub tenant: Option<String>,
    /// The bucket, by the name of its IngestBucket. Needed where there are several.
    #[arg(long, short)]
    pub bucket: Option<String>,
}

/// Which files.
#[derive(Args)]
pub struct Which {
    /// Files, and directories whose contents are meant.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Put them into this folder of the upload.
    #[arg(long, default_value = "", hide_default_value = true, value_name = "FOLDER")]
    pub folder: String,
    /// Only files that match; may be given more than once. `*.csv` is of names, `2026/**` of paths.
    #[arg(long, action = ArgAction::Append, value_name = "GLOB")]
    pub include: Vec<String>,
    /// No files that match, whatever --include says. `.cloisterignore` in a directory says the same.
    #[arg(long, action = ArgAction::Append, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Send what a symbolic link leads to. Otherwise links in directories are left out.
    #[arg(long)]
    pub follow_links: bool,
    /// Say what would be sent, and send nothing.
    #[arg(long, short = 'n')]
    pub dry_run: bool,
}

/// How.
#[derive(Args, Clone)]
pub struct How {
    /// How many parts or files are on their way at once.
    #[arg(long, default_value_t = PARALLEL, value_parser = clap::value_parser!(u16).range(1..=256), value_name = "N")]
    pub parallel: u16,
    /// The most memory for what is on its way; one part is always held, however large.
    #[arg(long, default_value = "256MiB", value_parser = size::parse, value_name = "SIZE")]
    pub memory: u64,
    /// The most bytes a second, over all requests.
    #[arg(long, value_parser = size::parse, value_name = "SIZE")]
    pub bandwidth: Option<u64>,
    /// The size of parts, at least 5MiB. Otherwise by the size of the file: from 8MiB, at most 1,000 parts up to 64MiB.
    #[arg(long, value_parser = part, value_name = "SIZE")]
    pub part_size: Option<u64>,
    /// How long credentials hold, in seconds. They are renewed as long as the upload goes on.
    #[arg(long, value_parser = clap::value_parser!(u32).range(900..=3600), value_name = "SECONDS")]
    pub duration: Option<u32>,
}

/// As where nothing is said.
impl Default for How {
    fn default() -> Self {
        Self { parallel: PARALLEL, memory: 256 * size::MIB, bandwidth: None, part_size: None, duration: None }
    }
}

const PARALLEL: u16 = 16;

fn part(text: &str) -> Result<u64, String> {
    use crate::plan::parts::{LEAST_PART, MOST_PART};
    let found = size::parse(text)?;
    if (LEAST_PART..=MOST_PART).contains(&found) {
        Ok(found)
    } else {
        Err("S3 takes parts of 5MiB to 5GiB".into())
    }
}
