//! `snow-token request`: records written, read, changed and deleted, and what is refused.

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use snow_token_end_to_end::{Outcome, run, run_with_input, simulator, snow_token_as};
use snow_token_simulator::{Fault, ScriptedAnswer, Simulator};

const INCIDENTS: &str = "/api/now/table/incident";

fn request(simulator: &Simulator, client: &str, arguments: &[&str]) -> Outcome {
    run(command(simulator, client).args(arguments))
}

fn command(simulator: &Simulator, client: &str) -> Command {
    let mut command = snow_token_as(simulator, client);
    command.arg("request");
    command
}

fn result(outcome: &Outcome) -> Value {
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let body: Value = serde_json::from_str(&outcome.stdout).unwrap();
    body["result"].clone()
}

#[test]
fn a_record_is_written_read_changed_found_and_deleted() {
    let simulator = simulator();
    let request = |arguments: &[&str]| request(&simulator, "writer", arguments);

    let data = r#"{"short_description":"Fan 3 stands still","correlation_id":"r-1"}"#;
    let created = result(&request(&["post", INCIDENTS, "-d", data]));
    assert_eq!(created["number"], "INC0010001");
    let path = format!("{INCIDENTS}/{}", created["sys_id"].as_str().unwrap());

    let read = result(&request(&["GET", &path]));
    assert_eq!(read["short_description"], "Fan 3 stands still");

    let changed = result(&request(&["PATCH", &path, "--data", r#"{"state":"6"}"#]));
    assert_eq!(changed["state"], "6");

    let query = |query: &str| {
        let path = format!("{INCIDENTS}?sysparm_limit=5&sysparm_query={query}");
        result(&request(&["GET", &path]))
    };
    assert_eq!(query("correlation_id=r-1%5Estate=6"), json!([changed]));
    assert_eq!(query("correlation_id=r-2"), json!([]));

    let deleted = request(&["DELETE", &path]);
    assert_eq!((deleted.code, deleted.stdout.as_str()), (0, ""));
    let gone = request(&["GET", &path]);
    assert_eq!(gone.code, 6);
    assert!(
        gone.stderr.contains("HTTP 404, No Record found"),
        "{}",
        gone.stderr
    );
}

#[test]
fn data_comes_from_the_argument_a_file_or_standard_input() {
    let simulator = simulator();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("incident.json");
    std::fs::write(&file, r#"{"short_description":"from a file"}"#).unwrap();
    let from_file = format!("@{}", file.display());

    let outcome = request(&simulator, "writer", &["POST", INCIDENTS, "-d", &from_file]);
    assert_eq!(result(&outcome)["short_description"], "from a file");
    let outcome = run_with_input(
        command(&simulator, "writer").args(["POST", INCIDENTS, "-d", "-"]),
        br#"{"short_description":"from standard input"}"#,
    );
    assert_eq!(result(&outcome)["short_description"], "from standard input");

    let outcome = request(
        &simulator,
        "writer",
        &["POST", INCIDENTS, "-d", "@/nowhere"],
    );
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("cannot read /nowhere"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_scope_that_is_too_small_is_named_and_no_new_token_is_asked_for() {
    let simulator = simulator();
    for (client, method, allowed) in [
        ("reader", "GET", true),
        ("reader", "POST", false),
        ("writer", "GET", true),
        ("writer", "POST", true),
        ("unbounded", "POST", true),
    ] {
        let before = simulator.instance().token_requests();
        let outcome = request(&simulator, client, &[method, INCIDENTS, "-d", "{}"]);
        if allowed {
            assert_eq!(outcome.code, 0, "{client} {method}: {}", outcome.stderr);
        } else {
            assert_eq!(outcome.code, 4, "{client} {method}");
            let words = "Missing required API access scope: table_read_write";
            assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
            assert!(
                outcome.stdout.contains(words),
                "the body is printed: {}",
                outcome.stdout
            );
        }
        assert_eq!(simulator.instance().token_requests(), before + 1);
    }
}

#[test]
fn refusals_of_the_table_api_have_their_exit_codes() {
    let simulator = simulator();
    for (arguments, code, words) in [
        (
            &["GET", "/api/now/table/nothing"][..],
            6,
            "Invalid table nothing",
        ),
        (
            &["GET", "/api/now/nothing"],
            6,
            "does not represent any resource",
        ),
        (&["GET", "/nothing"], 6, "a page, not JSON"),
        (
            &["POST", "/api/now/table/sys_properties", "-d", "{}"],
            4,
            "ACL",
        ),
        (&["POST", INCIDENTS, "-d", "not json"], 6, "HTTP 400"),
        (&["POST", INCIDENTS], 6, "HTTP 415"),
        (
            &["PATCH", "/api/now/table/incident/0", "-d", "{}"],
            6,
            "HTTP 404",
        ),
    ] {
        let outcome = request(&simulator, "writer", arguments);
        assert_eq!(outcome.code, code, "{arguments:?}: {}", outcome.stderr);
        assert!(
            outcome.stderr.contains(words),
            "{arguments:?}: {}",
            outcome.stderr
        );
    }
}

#[test]
fn a_token_has_the_scopes_that_were_asked_for_and_no_more() {
    let simulator = simulator();
    let post = |scope: &[&str]| {
        let arguments = ["POST", INCIDENTS, "-d", "{}"];
        run(command(&simulator, "both").args(arguments).args(scope)).code
    };
    assert_eq!(post(&[]), 0);
    assert_eq!(post(&["--scope", "table_read table_read_write"]), 0);
    assert_eq!(post(&["--scope", "table_read"]), 4);
}

#[test]
fn what_cannot_stand_in_a_url_is_encoded() {
    let simulator = simulator();
    let data = r#"{"short_description":"Lüfter <3> \"steht\""}"#;
    assert_eq!(
        request(&simulator, "writer", &["POST", INCIDENTS, "-d", data]).code,
        0
    );
    let path = format!("{INCIDENTS}?sysparm_query=short_description=Lüfter <3> \"steht\"");
    let found = result(&request(&simulator, "writer", &["GET", &path]));
    assert_eq!(found.as_array().unwrap().len(), 1);
}

#[test]
fn a_refusal_is_one_even_if_nobody_reads_it() {
    let simulator = simulator();
    let mut child = command(&simulator, "reader")
        .args(["POST", INCIDENTS, "-d", "{}"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(4));
}

#[test]
fn a_server_that_repeats_the_token_does_not_bring_it_into_the_message() {
    let simulator = simulator();
    let token = "t0ken-of-mine";
    let body = format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":1800}}"#);
    simulator
        .instance()
        .script_token_answer(200, "application/json", &body);
    // The answer to the request for a token passes; the one to the request itself is replaced.
    simulator.inject(Fault::CutAfter(usize::MAX));
    let error = format!(r#"{{"error":{{"message":"no","detail":"Bearer {token}"}}}}"#);
    let head = "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length";
    let raw = format!("{head}: {}\r\n\r\n{error}", error.len());
    simulator.inject(Fault::Raw(raw.into_bytes()));
    let outcome = request(&simulator, "writer", &["GET", INCIDENTS]);
    assert_eq!(outcome.code, 4, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("in words that repeat a secret"),
        "{}",
        outcome.stderr
    );
    assert!(!outcome.stderr.contains(token), "{}", outcome.stderr);
}

#[test]
fn a_path_cannot_lead_the_token_to_another_host() {
    let simulator = simulator();
    for path in [
        "https://elsewhere.example/api",
        "@elsewhere.example/",
        ".elsewhere.example/",
        ":1/",
        "/a\r\nX-Evil: 1",
        "/a#b",
        "",
    ] {
        let outcome = request(&simulator, "writer", &["GET", path]);
        assert_eq!(outcome.code, 2, "{path:?}: {}", outcome.stderr);
        assert!(
            outcome.stderr.contains("not a path of the instance"),
            "{}",
            outcome.stderr
        );
    }
    assert_eq!(request(&simulator, "writer", &["G T", "/"]).code, 2);
    assert!(simulator.instance().requests().is_empty());
}

#[test]
fn a_path_with_two_slashes_stays_on_the_instance() {
    let simulator = simulator();
    let outcome = request(&simulator, "writer", &["GET", "//elsewhere.example/"]);
    assert_eq!(outcome.code, 6, "{}", outcome.stderr);
    assert_eq!(simulator.instance().requests().len(), 2);
}

#[test]
fn an_instance_that_falls_asleep_is_called_that() {
    let simulator = simulator();
    let path = format!("{INCIDENTS}?sysparm_limit=1");
    assert_eq!(request(&simulator, "writer", &["GET", &path]).code, 0);
    simulator.instance().set_hibernating(true);
    let outcome = request(&simulator, "writer", &["GET", &path]);
    assert_eq!(outcome.code, 6);
    assert!(outcome.stderr.contains("hibernating"), "{}", outcome.stderr);
}

#[test]
fn a_page_that_is_its_own_next_one_ends_the_pages() {
    let simulator = simulator();
    let link = format!("<{}{INCIDENTS}>;rel=\"next\"", simulator.url());
    let page = ScriptedAnswer::new(200, "application/json", r#"{"result":[]}"#);
    let page = page.with_header("link", &link);
    simulator.instance().script(INCIDENTS, &page).unwrap();
    let outcome = request(&simulator, "reader", &["GET", INCIDENTS, "--paginate"]);
    assert_eq!(outcome.code, 6, "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "{\"result\":[]}\n");
    assert!(
        outcome.stderr.contains("its next page is this page again"),
        "{}",
        outcome.stderr
    );
}
