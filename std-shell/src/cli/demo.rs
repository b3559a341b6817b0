//! `snow-token demo`: the whole way of a token, against a simulated instance in this process.

use core::time::Duration;
use std::{
    io::{self, Write},
    thread,
    time::Instant,
};

use serde_json::{Value, json};
use snow_token::{Cause, Client, Error, ErrorKind, Method, SecretString, Settings};
use snow_token_simulator::{Options, RegisteredClient, Simulator};

use super::Failure;

const INCIDENTS: &str = "/api/now/table/incident";

pub(crate) fn run(out: &mut impl Write) -> Result<(), Failure> {
    let began = Instant::now();
    let simulator = Simulator::start(Options::default())
        .map_err(|error| unexpected(&format!("the simulated instance cannot start: {error}")))?;
    let mut steps = Steps { out, count: 0 };
    writeln!(
        steps.out,
        "The way of a token, against a simulated ServiceNow instance. Nothing leaves this machine.\n"
    )?;
    steps.done(
        began,
        "An instance",
        &format!(
            "It listens on {}, with its own root certificate.",
            simulator.url()
        ),
    )?;
    refuse_an_instance_that_nobody_vouches_for(&mut steps, &simulator)?;

    let writer = client(&simulator, "writer")?;
    get_a_token(&mut steps, &writer)?;
    let sys_id = write_an_incident(&mut steps, &writer)?;
    read_it_back(&mut steps, &writer, &sys_id)?;
    try_with_too_small_a_scope(&mut steps, &client(&simulator, "reader")?)?;
    let_a_token_run_out(&mut steps, &simulator)?;

    writeln!(
        steps.out,
        "\nAll {} steps done in {}. With a real instance: set SERVICENOW_INSTANCE, SERVICENOW_CLIENT_ID\n\
         and SERVICENOW_CLIENT_SECRET, and say `token` in place of `demo`.",
        steps.count,
        took(began)
    )?;
    Ok(())
}

struct Steps<'o, W> {
    out: &'o mut W,
    count: usize,
}

impl<W: Write> Steps<'_, W> {
    fn done(&mut self, began: Instant, title: &str, what: &str) -> io::Result<()> {
        self.count += 1;
        writeln!(self.out, "{}. {title} ({})", self.count, took(began))?;
        writeln!(self.out, "   {what}")?;
        self.out.flush()
    }
}

fn took(began: Instant) -> String {
    let secs = began.elapsed().as_secs_f64();
    match secs < 1.0 {
        true => format!("{:.1} ms", secs * 1000.0),
        false => format!("{secs:.1} s"),
    }
}

fn client(simulator: &Simulator, name: &str) -> Result<Client, Error> {
    Client::new(settings(simulator, &simulator.client(name)).with_ca_pem(simulator.ca_pem()))
}

fn settings(simulator: &Simulator, client: &RegisteredClient) -> Settings {
    let instance = simulator.url().parse();
    let instance = instance.expect("the URL of a simulated instance is one of an instance");
    let secret = SecretString::from(client.client_secret.as_str());
    Settings::new(
        instance,
        Method::client_credentials(&client.client_id, secret),
    )
}

fn refuse_an_instance_that_nobody_vouches_for(
    steps: &mut Steps<'_, impl Write>,
    simulator: &Simulator,
) -> Result<(), Failure> {
    let began = Instant::now();
    // With the platform's roots, which do not include the simulated one.
    let client = Client::new(settings(simulator, &simulator.client("writer")))?;
    let error = match client.token() {
        Err(error) if error.kind() == ErrorKind::Network => error,
        Err(error) => return Err(error.into()),
        Ok(_) => return Err(unexpected("a server was trusted that nobody vouches for").into()),
    };
    if !simulator.instance().requests().is_empty() {
        return Err(unexpected("something was sent to a server that is not trusted").into());
    }
    let reason = error.to_string();
    let reason = reason.rsplit(": ").next().unwrap_or_default();
    steps.done(
        began,
        "TLS is verified",
        &format!("Without that root certificate it is refused ({reason}), and no secret is sent."),
    )?;
    Ok(())
}

fn get_a_token(steps: &mut Steps<'_, impl Write>, client: &Client) -> Result<(), Failure> {
    let began = Instant::now();
    let token = client.token()?;
    let what = format!(
        "By client credentials: {} characters, scope {}, good for {} s. From here on it is kept.",
        token.secret().len(),
        token.scope().unwrap_or("as registered"),
        token.expires_in_secs().unwrap_or_default(),
    );
    steps.done(began, "A token", &what)?;
    Ok(())
}

fn write_an_incident(
    steps: &mut Steps<'_, impl Write>,
    client: &Client,
) -> Result<String, Failure> {
    let began = Instant::now();
    let incident = json!({ "short_description": "Fan 3 stands still", "urgency": "2" });
    let answer = client.post(INCIDENTS, incident.to_string().as_bytes())?;
    let status = answer.status();
    let result = result(answer.into_success()?.body())?;
    steps.done(
        began,
        "A record is written",
        &format!(
            "POST {INCIDENTS}: HTTP {status}, {}.",
            text(&result, "number")
        ),
    )?;
    Ok(text(&result, "sys_id").to_owned())
}

fn read_it_back(
    steps: &mut Steps<'_, impl Write>,
    client: &Client,
    sys_id: &str,
) -> Result<(), Failure> {
    let began = Instant::now();
    let answer = client.get(&format!("{INCIDENTS}/{sys_id}"))?;
    let status = answer.status();
    let result = result(answer.into_success()?.body())?;
    steps.done(
        began,
        "The record is read back",
        &format!(
            "GET {INCIDENTS}/{sys_id}: HTTP {status}, \"{}\".",
            text(&result, "short_description")
        ),
    )?;
    Ok(())
}

fn try_with_too_small_a_scope(
    steps: &mut Steps<'_, impl Write>,
    reader: &Client,
) -> Result<(), Failure> {
    let began = Instant::now();
    match reader.post(INCIDENTS, b"{}")?.into_success() {
        Err(error) if error.cause() == Some(Cause::MissingScope) => {
            let reason = error.to_string();
            let scope = reason.rsplit(": ").next().unwrap_or_default();
            let what = format!(
                "A client with the scope table_read may not write: HTTP 403, it lacks {scope}.\n   \
                 A new token would not help, so none is asked for."
            );
            steps.done(began, "A scope that is too small", &what)?;
            Ok(())
        }
        Err(error) => Err(error.into()),
        Ok(_) => Err(unexpected("a client wrote without the scope for it").into()),
    }
}

/// An instance gives the same token out until its end, so the successor comes only then.
fn let_a_token_run_out(
    steps: &mut Steps<'_, impl Write>,
    simulator: &Simulator,
) -> Result<(), Failure> {
    const LIFETIME_SECS: u64 = 3;
    const PATIENCE: Duration = Duration::from_secs(10);

    let began = Instant::now();
    let lifetime = Duration::from_secs(LIFETIME_SECS);
    simulator.instance().set_token_lifetime(lifetime);
    simulator.instance().revoke_all_tokens();
    let client = client(simulator, "unbounded")?;
    let first = client.token()?;
    while client.token()?.secret() == first.secret() {
        if began.elapsed() > PATIENCE {
            return Err(unexpected("the token was not renewed").into());
        }
        thread::sleep(Duration::from_millis(50));
    }
    let answer = client.get(&format!("{INCIDENTS}?sysparm_limit=1"))?;
    let status = answer.status();
    answer.into_success()?;
    let what = format!(
        "A token that lives for {LIFETIME_SECS} s ran out and was renewed on the way; with the new one:\n   \
         GET {INCIDENTS}: HTTP {status}."
    );
    steps.done(began, "A token runs out", &what)?;
    Ok(())
}

fn result(body: &[u8]) -> Result<Value, Error> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| unexpected(&format!("the answer is not JSON: {error}")))?;
    Ok(body["result"].clone())
}

fn text<'v>(record: &'v Value, column: &str) -> &'v str {
    record[column].as_str().unwrap_or_default()
}

fn unexpected(what: &str) -> Error {
    Error::unexpected(what)
}
