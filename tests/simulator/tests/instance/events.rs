//! The event APIs.

use serde_json::{Value, json};

use crate::support::{Answered, Asked};

const PATH: &str = "/api/global/em/jsonv2";

struct Set {
    asked: Asked,
    bearer: String,
}

impl Default for Set {
    fn default() -> Self {
        let mut asked = Asked::default();
        let client = asked.client("writer");
        let token = asked.token(&client, &[("grant_type", "client_credentials")]);
        let bearer = format!("Bearer {}", token.text("access_token"));
        Self { asked, bearer }
    }
}

impl Set {
    fn send(&mut self, records: Value) -> Answered {
        let body = json!({ "records": records });
        self.asked.send_json("POST", PATH, &self.bearer, &body)
    }
}

fn event(key: &str, severity: &str) -> Value {
    json!({
        "source": "gateway",
        "node": "sensor-1",
        "type": "temperature",
        "severity": severity,
        "message_key": key,
        "time_of_event": "2026-11-25 19:44:10",
        "additional_info": "{\"value\":\"21.5\"}",
    })
}

#[test]
fn many_events_come_in_one_call() {
    let mut set = Set::default();
    let answered = set.send(json!([event("a", "1"), event("b", "5"), event("c", "0")]));
    assert_eq!(answered.status, 200, "{answered:?}");
    assert_eq!(set.asked.instance.records("em_event").len(), 3);
    let mid = "/api/mid/em/jsonv2";
    let body = json!({ "records": [event("d", "2")] });
    assert_eq!(
        set.asked.send_json("POST", mid, &set.bearer, &body).status,
        200
    );
    assert_eq!(set.asked.instance.records("em_event").len(), 4);
}

#[test]
fn the_message_key_folds_repeats_and_0_closes() {
    let mut set = Set::default();
    for severity in ["3", "1", "0"] {
        set.send(json!([event("a", severity), event("b", "4")]));
    }
    let alerts = set.asked.instance.records("em_alert");
    let columns = |alert: &std::collections::BTreeMap<String, String>| {
        ["message_key", "event_count", "severity", "state"].map(|name| alert[name].clone())
    };
    let alerts: Vec<_> = alerts.iter().map(columns).collect();
    assert_eq!(alerts, [["a", "3", "0", "Closed"], ["b", "3", "4", "Open"]]);
}

#[test]
fn without_a_key_other_readings_of_one_metric_are_folded_too() {
    let mut set = Set::default();
    for value in ["1", "2"] {
        let mut event = event("", "5");
        event["description"] = value.into();
        set.send(json!([event]));
    }
    let alerts = set.asked.instance.records("em_alert");
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0]["message_key"], "gateway_sensor-1_temperature__");
}

#[test]
fn a_call_with_an_event_that_is_not_in_order_is_refused_whole() {
    let mut set = Set::default();
    for (name, value) in [
        ("severity", json!("6")),
        ("severity", json!("")),
        ("severity", json!(1)),
        ("additional_info", json!({ "value": "1" })),
        ("additional_info", json!("no JSON")),
        ("time_of_event", json!("2026-11-25T19:44:10Z")),
        ("u_custom", json!("1")),
    ] {
        let mut wrong = event("b", "1");
        wrong[name] = value;
        let answered = set.send(json!([event("a", "1"), wrong]));
        assert_eq!(answered.status, 400, "{name}");
    }
    assert_eq!(set.send(json!({})).status, 400);
    assert!(set.asked.instance.records("em_event").is_empty());
}

#[test]
fn the_role_is_needed() {
    let mut set = Set::default();
    let (client, user) = (set.asked.client("legacy"), set.asked.user("abel.tuter"));
    let parameters = [
        ("grant_type", "password"),
        ("username", user.user_name.as_str()),
        ("password", &user.password),
    ];
    let token = set.asked.token(&client, &parameters).text("access_token");
    set.bearer = format!("Bearer {token}");
    assert_eq!(set.send(json!([event("a", "1")])).status, 403);
}
