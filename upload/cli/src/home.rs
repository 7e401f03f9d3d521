//! Where this program keeps what it must remember: settings and logins in the one, uploads in the other directory.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::failure::{Failure, Kind, Locally};

pub struct Home {
    /// Which API, and who is logged in there. XDG: `~/.config/cloister-upload`.
    pub config: PathBuf,
    /// Uploads that are under way or done. XDG: `~/.local/state/cloister-upload`.
    pub state: PathBuf,
}

impl Home {
    pub fn find() -> Result<Self, Failure> {
        let found = ProjectDirs::from("dev", "cloister", "cloister-upload")
            .ok_or_else(|| Kind::Local.because("no home directory is known: set HOME"))?;
        let state = found.state_dir().unwrap_or(found.data_local_dir()).to_path_buf();
        Ok(Self { config: found.config_dir().to_path_buf(), state })
    }
}

/// For this user alone: file names may tell of patients.
pub fn make_private(directory: &Path) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory).locally(|| format!("making {}", directory.display()))
}

pub fn private_file(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// The whole of it or nothing, also when the machine fails.
pub fn replace(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let directory = path.parent().unwrap_or(Path::new("."));
    make_private(directory)?;
    let unfinished = path.with_extension(format!("{}.unfinished", std::process::id()));
    let write = || -> std::io::Result<()> {
        let mut file =
            private_file(OpenOptions::new().write(true).create(true).truncate(true)).open(&unfinished)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        sync_directory(directory)
    };
    write().locally(|| format!("writing {}", path.display()))
}

/// Makes a new name in it last. Windows has no such call and needs none.
pub fn sync_directory(directory: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

pub fn read(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Kind::Local.because(format!("reading {}: {error}", path.display()))),
    }
}
