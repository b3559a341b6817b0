//! The simulated instance, in a process of its own.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;

use crate::Result;

/// A simulated instance that runs until it is dropped.
#[derive(Debug)]
pub struct Instance {
    server: Child,
    environment: Vec<(&'static str, String)>,
}

impl Instance {
    /// Runs `snow-token simulate`.
    ///
    /// # Errors
    /// Where it does not start, or has no client for client credentials.
    pub fn start(snow_token: &Path) -> Result<Self> {
        let mut server = Command::new(snow_token)
            .arg("simulate")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = server.stdout.take().ok_or("no standard output")?;
        // From here on it is stopped, whatever happens.
        let mut instance = Self {
            server,
            environment: Vec::new(),
        };
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let description: Value = serde_json::from_str(&line)?;
        let mut clients = description["clients"].as_array().into_iter().flatten();
        let client = clients.find(|client| client["grants"][0] == "client_credentials");
        let client = client.ok_or("the instance has no client for client credentials")?;
        for (variable, value) in [
            ("SERVICENOW_INSTANCE", &description["url"]),
            ("SERVICENOW_CA_FILE", &description["ca_file"]),
            ("NODE_EXTRA_CA_CERTS", &description["ca_file"]),
            ("SERVICENOW_CLIENT_ID", &client["client_id"]),
            ("SERVICENOW_CLIENT_SECRET", &client["client_secret"]),
        ] {
            let value = value.as_str().ok_or("a part of the instance is missing")?;
            instance.environment.push((variable, value.to_owned()));
        }
        Ok(instance)
    }

    /// What a program needs to ask it for a token: as `snow-token` has the names, and the root
    /// certificate for Node, too.
    pub fn environment(&self) -> &[(&'static str, String)] {
        &self.environment
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // Told to, it takes its files along. It may have ended by itself.
        if let Ok(id) = i32::try_from(self.server.id()) {
            let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        }
        let _ = self.server.wait();
    }
}
