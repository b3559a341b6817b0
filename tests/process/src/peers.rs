//! What people use, and how it comes here.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use crate::{Instance, Prints, Program, ProgramName, Result};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers");

/// curl, as this machine has it.
///
/// # Errors
/// Where there is none.
pub fn curl(home: &Path, instance: &Instance) -> Result<Program> {
    let value = |name: &str| -> String {
        let mut environment = instance.environment().iter();
        let value = environment.find(|(known, _)| *known == name);
        value.map_or_else(String::new, |(_, value)| value.clone())
    };
    let command = vec![
        "curl".to_owned(),
        "--silent".to_owned(),
        "--show-error".to_owned(),
        "--fail".to_owned(),
        "--cacert".to_owned(),
        value("SERVICENOW_CA_FILE"),
        "--data".to_owned(),
        "grant_type=client_credentials".to_owned(),
        "--data-urlencode".to_owned(),
        format!("client_id={}", value("SERVICENOW_CLIENT_ID")),
        // Where its secret is made up, anybody may see it among the arguments.
        "--data-urlencode".to_owned(),
        format!("client_secret={}", value("SERVICENOW_CLIENT_SECRET")),
        format!("{}/oauth_token.do", value("SERVICENOW_INSTANCE")),
    ];
    let mut program = Program::new(ProgramName::Curl, command, home, instance);
    program.prints = Prints::Answer;
    let mut program = program.asked_by(&["curl", "--version"])?;
    // With the versions of all that it is built with after its own.
    let words: Vec<_> = program.version.split(' ').collect();
    program.version = [words.first(), words.get(1), words.get(4)]
        .into_iter()
        .flatten()
        .copied()
        .collect::<Vec<_>>()
        .join(" ");
    Ok(program)
}

/// requests-oauthlib in a virtual environment of its own, in `folder`.
///
/// # Errors
/// Where it cannot be installed.
pub fn requests_oauthlib(folder: &Path, home: &Path, instance: &Instance) -> Result<Program> {
    let folder = folder.join("python");
    let python = folder.join("bin/python").display().to_string();
    let requirements = format!("{SOURCES}/requirements.txt");
    if !folder.join("bin/python").exists() {
        install(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    install(Command::new(&python).args(["-m", "pip", "install", "-q", "-r", &requirements]))?;
    let script = format!("{SOURCES}/requests_oauthlib_peer.py");
    let command = vec![python.clone(), script.clone()];
    let mut program = Program::new(ProgramName::RequestsOauthlib, command, home, instance);
    program.is_native = false;
    program.asked_by(&[&python, &script, "--version"])
}

/// openid-client for Node, in `folder`.
///
/// # Errors
/// Where it cannot be installed.
pub fn openid_client(folder: &Path, home: &Path, instance: &Instance) -> Result<Program> {
    let folder = folder.join("node");
    fs::create_dir_all(&folder)?;
    // Node looks for packages beside the script.
    for file in ["package.json", "openid_client.mjs"] {
        fs::copy(Path::new(SOURCES).join(file), folder.join(file))?;
    }
    install(
        Command::new("npm")
            .args(["install", "--silent"])
            .current_dir(&folder),
    )?;
    let script = folder.join("openid_client.mjs").display().to_string();
    let command = vec!["node".to_owned(), script.clone()];
    let mut program = Program::new(ProgramName::OpenidClient, command, home, instance);
    program.is_native = false;
    program.asked_by(&["node", &script, "--version"])
}

fn install(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!(
            "{:?}: {}: {}",
            command.get_program(),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        )
        .into()),
    }
}
