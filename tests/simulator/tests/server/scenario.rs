//! Scenario files.

use core::time::Duration;

use snow_token_simulator::{Options, Simulator};

use crate::support::{agent, from_scenario, token};

const WHOLE: &str = include_str!("whole_scenario.toml");

#[test]
fn a_scenario_sets_up_everything() {
    let simulator = from_scenario(WHOLE);
    let described = simulator.describe();
    assert_eq!(described["clients"].as_array().unwrap().len(), 2);
    let client = &described["clients"][0];
    assert_eq!(client["client_id"], "0123456789abcdef0123456789abcdef");
    assert_eq!(client["client_secret"], "made-up");
    assert_eq!(client["user"], "robot");
    assert_eq!(
        described["clients"][1]["client_secret"],
        serde_json::Value::Null
    );
    assert_eq!(described["users"][0]["password"], "also made-up");
    assert_eq!(described["api_keys"][0]["key"], "now_key");
    assert_eq!(described["idp"]["audience"], "an audience");
    assert!(
        described["admin_url"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:")
    );

    let agent = agent(&simulator, None);
    // The first connection meets the fault.
    assert!(token(&simulator, &agent, "gateway").is_err());
    let answered = token(&simulator, &agent, "gateway").unwrap();
    assert_eq!(answered.json()["expires_in"], 60);
    assert!(answered.json()["access_token"].as_str().unwrap().len() >= 2000);
    // An hour off.
    let date = httpdate::parse_http_date(answered.header("date")).unwrap();
    let ahead = date.duration_since(std::time::SystemTime::now()).unwrap();
    assert!(ahead > Duration::from_secs(3500));
}

#[test]
fn the_timeline_comes_to_pass() {
    let simulator = from_scenario(
        r#"
        [[timeline]]
        at_secs = 0
        do = "hibernate"

        [[timeline]]
        at_secs = 0.3
        do = "wake"
        "#,
    );
    let agent = agent(&simulator, None);
    let sleeping = token(&simulator, &agent, "reader").unwrap();
    assert_eq!(
        (sleeping.status, sleeping.header("server")),
        (200, "snow_adc")
    );
    assert_eq!(sleeping.header("content-type"), "text/html;charset=UTF-8");
    assert_eq!(sleeping.header("transfer-encoding"), "chunked");
    assert!(
        sleeping
            .body
            .contains("<h1>Your instance is hibernating</h1>")
    );
    std::thread::sleep(Duration::from_millis(600));
    let awake = token(&simulator, &agent, "reader").unwrap();
    assert_eq!(awake.json()["token_type"], "Bearer");
}

#[test]
fn json_will_do_as_well() {
    let simulator = from_scenario(r#"{ "instance": { "token_lifetime_secs": 7 } }"#);
    let agent = agent(&simulator, None);
    let answered = token(&simulator, &agent, "reader").unwrap();
    assert_eq!(answered.json()["expires_in"], 7);
}

#[test]
fn what_is_wrong_is_said() {
    for (scenario, words) in [
        ("instanse = 1", "unknown field `instanse`"),
        (
            "[instance]\ntoken_lifetime = 60",
            "unknown field `token_lifetime`",
        ),
        ("[instance]\nreissue = \"never\"", "unknown variant `never`"),
        ("[instance]\ntoken_lifetime_secs = \"long\"", "invalid type"),
        ("{ \"a\": 1 }", "unknown field `a`"),
        ("[instance", "TOML parse error at line 1"),
        ("[[users]]\nuser_name = \"a\"", "missing field `email`"),
        (
            "[[timeline]]\ndo = \"wake\"",
            "timeline, entry 1: at_secs is missing",
        ),
        (
            "[[timeline]]\nat_secs = -1\ndo = \"wake\"",
            "timeline, entry 1: at_secs is no time",
        ),
        (
            "[[timeline]]\nat_secs = 1\ndo = \"sleep\"",
            "timeline, entry 1: unknown variant `sleep`",
        ),
        (
            "[[timeline]]\nat_secs = 1\ndo = \"wake\"\nx = 1",
            "timeline, entry 1: unknown field `x`",
        ),
        (
            "[[timeline]]\nat_secs = 1\ndo = \"fault\"\nkind = \"cut_after\"\nbytes = 1\nx = 1",
            "timeline, entry 1: unknown field `x`",
        ),
        ("[[faults]]\nkind = \"cut_after\"", "missing field `bytes`"),
        (
            "[[jwt_verifiers]]\nclient = \"jwt\"",
            "either certificate_pem or shared_secret",
        ),
        (
            "[[jwt_verifiers]]\nclient = \"jwt\"\ncertificate_pem = \"x\"",
            "no certificate in PEM was found",
        ),
        (
            "[[jwt_verifiers]]\nclient = \"none\"\nshared_secret = \"x\"",
            "no client is called \"none\"",
        ),
        (
            "[[clients]]\nname = \"a\"\ngrants = []\nscopes = []\nuser = \"nobody\"",
            "\"a\" acts as \"nobody\", who is no user",
        ),
        (
            "[[clients]]\nname = \"a\"\ngrants = []\nscopes = []\npublic = true\nclient_secret = \"x\"",
            "\"a\" is public and has a secret",
        ),
        (
            "[[clients]]\nname = \"a\"\ngrants = []\nscopes = []\nredirect_uris = [\"a\\nb\"]",
            "\"a\\nb\" is no redirect URI",
        ),
        (
            "client_certificates = \"not_asked\"\nclient_ca_pem = \"x\"",
            "client_ca_pem needs",
        ),
    ] {
        let error = Options::from_scenario(scenario).unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[test]
fn commands_are_taken_on_a_loopback_address_alone() {
    let options = Options::from_scenario("admin = \"0.0.0.0:0\"").unwrap();
    let error = Simulator::start(options).unwrap_err();
    assert!(error.to_string().contains("loopback"), "{error}");
}
