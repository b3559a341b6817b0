//! `snow-token completions` and `snow-token man`, from the definition of the arguments.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, Command};
use clap_complete::Shell;

use super::Failure;

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell that is to complete
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Write a page for each command into this folder, instead of the main one to standard output
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

pub(crate) fn completions(
    arguments: &Completions,
    mut command: Command,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    clap_complete::generate(arguments.shell, &mut command, name, &mut script);
    out.write_all(&script)?;
    Ok(())
}

pub(crate) fn man(arguments: &Man, command: Command, out: &mut impl Write) -> Result<(), Failure> {
    match &arguments.folder {
        None => clap_mangen::Man::new(command).render(out)?,
        Some(folder) => {
            let written = fs::create_dir_all(folder).and_then(|()| pages(command, folder));
            let pages = written.map_err(|error| Failure::cannot_write(folder, &error))?;
            writeln!(out, "{pages} pages in {}", folder.display())?;
        }
    }
    Ok(())
}

fn pages(mut command: Command, folder: &Path) -> io::Result<usize> {
    command.build();
    let mut count = 0;
    let mut waiting = vec![command];
    while let Some(command) = waiting.pop() {
        let subcommands = command
            .get_subcommands()
            .filter(|command| command.get_name() != "help");
        waiting.extend(subcommands.cloned());
        let page = clap_mangen::Man::new(command);
        let mut file = fs::File::create(folder.join(page.get_filename()))?;
        page.render(&mut file)?;
        count += 1;
    }
    Ok(count)
}
