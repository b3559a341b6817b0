//! The admin endpoint.

use serde_json::{Value, json};
use snow_token_simulator::Simulator;
use ureq::Agent;

use crate::support::{Answered, agent, answered, from_scenario, simulator, token};

fn with_admin() -> (Simulator, Agent) {
    let simulator = from_scenario("admin = \"127.0.0.1:0\"");
    let agent = agent(&simulator, None);
    (simulator, agent)
}

fn command(simulator: &Simulator, agent: &Agent, name: &str, parameters: Value) -> Answered {
    let url = format!("{}/{name}", simulator.admin_url().unwrap());
    let body = match parameters {
        Value::Null => String::new(),
        parameters => parameters.to_string(),
    };
    answered(agent.post(url).send(body)).unwrap()
}

fn get(simulator: &Simulator, agent: &Agent, path: &str) -> Value {
    let url = format!("{}{path}", simulator.admin_url().unwrap());
    answered(agent.get(url).call()).unwrap().json()
}

#[test]
fn it_is_off_by_default() {
    assert_eq!(simulator().admin_url(), None);
    assert_eq!(simulator().describe()["admin_url"], Value::Null);
}

#[test]
fn it_says_what_it_is_and_what_it_was_asked() {
    let (simulator, agent) = with_admin();
    assert_eq!(get(&simulator, &agent, "/describe"), simulator.describe());
    assert_eq!(get(&simulator, &agent, "/requests"), json!([]));
    token(&simulator, &agent, "reader").unwrap();
    let requests = get(&simulator, &agent, "/requests");
    assert_eq!(requests[0]["method"], "POST");
    assert_eq!(requests[0]["target"], "/oauth_token.do");
    assert!(
        requests[0]["body"]
            .as_str()
            .unwrap()
            .contains("client_credentials")
    );
    assert_eq!(
        requests[0]["headers"]["content-type"],
        "application/x-www-form-urlencoded"
    );
}

#[test]
fn commands_change_the_instance() {
    let (simulator, agent) = with_admin();
    let tell = |name: &str, parameters: Value| {
        let answered = command(&simulator, &agent, name, parameters);
        assert_eq!(answered.status, 204, "{name}: {}", answered.body);
    };
    let ask = || token(&simulator, &agent, "reader");
    let first = ask().unwrap().json()["access_token"].clone();
    tell("revoke_all", Value::Null);
    assert_ne!(ask().unwrap().json()["access_token"], first);
    tell("hibernate", Value::Null);
    assert!(ask().unwrap().body.contains("hibernating"));
    tell("wake", json!({}));
    tell("revoke_all", json!({}));
    tell("lifetime", json!({ "secs": 5 }));
    assert_eq!(ask().unwrap().json()["expires_in"], 5);
    tell(
        "rate_limit",
        json!({ "requests": 0, "token_endpoint_only": true }),
    );
    assert_eq!(ask().unwrap().status, 429);
    tell("rate_limit", json!({ "token_endpoint_only": true }));
    tell(
        "script",
        json!({ "status": 503, "headers": { "retry-after": "7" }, "body": "later" }),
    );
    let scripted = ask().unwrap();
    assert_eq!((scripted.status, scripted.body.as_str()), (503, "later"));
    assert_eq!(scripted.header("retry-after"), "7");
    tell("fault", json!({ "kind": "cut_after", "bytes": 10 }));
    assert!(ask().is_err());
    tell("clock", json!({ "offset_secs": -86_400 }));
    let date = httpdate::parse_http_date(ask().unwrap().header("date")).unwrap();
    assert!(date.elapsed().unwrap().as_secs() > 86_000);
    tell(
        "jwt_verifier",
        json!({ "client": "jwt", "kid": "key1", "shared_secret": "a secret" }),
    );
}

#[test]
fn what_is_wrong_is_said() {
    let (simulator, agent) = with_admin();
    for (name, parameters, words) in [
        ("sleep", Value::Null, "unknown variant `sleep`"),
        ("clock", Value::Null, "missing field `offset_secs`"),
        (
            "clock",
            json!({ "offset_secs": 1, "x": 1 }),
            "unknown field `x`",
        ),
        ("wake", json!({ "x": 1 }), "unknown field `x`"),
        ("wake", json!([1]), "invalid type"),
        ("script", json!({ "status": 99 }), "status 99"),
        (
            "fault",
            json!({ "kind": "trickle", "bytes": 0, "pause_millis": 1 }),
            "needs bytes",
        ),
        (
            "jwt_verifier",
            json!({ "client": "nobody", "shared_secret": "x" }),
            "no client is called",
        ),
    ] {
        let answered = command(&simulator, &agent, name, parameters);
        assert_eq!(answered.status, 400);
        let error = answered.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(words), "{words}: {error}");
    }
    let url = format!("{}/nothing", simulator.admin_url().unwrap());
    assert_eq!(answered(agent.get(url).call()).unwrap().status, 404);
}

#[test]
fn pages_in_a_browser_are_refused() {
    let (simulator, agent) = with_admin();
    let url = format!("{}/describe", simulator.admin_url().unwrap());
    let request = agent.get(url).header("origin", "https://example.com");
    assert_eq!(answered(request.call()).unwrap().status, 403);
}
