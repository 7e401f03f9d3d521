//! `completion` and `man`.

use std::io::stdout;
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::Arguments;
use crate::failure::{Failure, Locally};

#[derive(Args)]
pub struct Completion {
    #[arg(value_enum)]
    shell: Shell,
}

pub fn completion(options: &Completion) -> Result<(), Failure> {
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, name, &mut script);
    std::io::Write::write_all(&mut stdout().lock(), &script).locally(|| "writing the completion".into())
}

#[derive(Args)]
pub struct Man {
    /// Directory for the man pages of all verbs. Otherwise the main page goes to stdout.
    #[arg(value_name = "DIRECTORY")]
    directory: Option<PathBuf>,
}

pub fn man(options: Man) -> Result<(), Failure> {
    let command = Arguments::command();
    match options.directory {
        Some(directory) => {
            std::fs::create_dir_all(&directory).locally(|| directory.display().to_string())?;
            clap_mangen::generate_to(command, &directory).locally(|| directory.display().to_string())
        }
        None => clap_mangen::Man::new(command)
            .render(&mut stdout().lock())
            .locally(|| "writing the man page".into()),
    }
}
