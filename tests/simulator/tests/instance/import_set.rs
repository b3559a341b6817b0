//! The Import Set API.

use serde_json::{Value, json};

use crate::support::{Answered, Asked, HOST};

const PATH: &str = "/api/now/import/u_imp_reading";

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
    fn send(&mut self, row: Value) -> Answered {
        self.asked.send_json("POST", PATH, &self.bearer, &row)
    }
}

#[test]
fn a_row_is_staged_and_transformed() {
    let mut set = Set::default();
    let answered = set.send(json!({ "u_value": "21.5", "u_correlation_id": "a" }));
    assert_eq!(answered.status, 201, "{answered:?}");
    let record = set.asked.instance.records("u_reading")[0].clone();
    let sys_id = &record["sys_id"];
    let body = json!({
        "import_set": "ISET0010001",
        "staging_table": "u_imp_reading",
        "result": [{
            "transform_map": "Readings",
            "table": "u_reading",
            "display_name": "sys_id",
            "display_value": sys_id,
            "record_link": format!("https://{HOST}/api/now/table/u_reading/{sys_id}"),
            "status": "inserted",
            "sys_id": sys_id,
        }],
    });
    assert_eq!(answered.json(), body);
    let target = format!("{PATH}/{sys_id}");
    let headers = [("authorization", set.bearer.as_str())];
    assert_eq!(set.asked.get(&target, &headers).json(), body);
    set.asked.instance.purge_import_sets();
    assert_eq!(set.asked.get(&target, &headers).status, 404);
}

#[test]
fn the_coalesce_field_keeps_a_repeat_from_making_two() {
    let mut set = Set::default();
    let mut status = |value: &str| {
        let row = json!({ "u_value": value, "u_correlation_id": "a" });
        set.send(row).json()["result"][0]["status"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(status("1"), "inserted");
    assert_eq!(status("1"), "ignored");
    assert_eq!(status("2"), "updated");
    assert_eq!(set.asked.instance.records("u_reading").len(), 1);
    // Without a value there is nothing to coalesce on.
    set.send(json!({ "u_value": "3" }));
    set.send(json!({ "u_value": "3" }));
    assert_eq!(set.asked.instance.records("u_reading").len(), 3);
}

#[test]
fn a_row_can_fail_although_the_status_is_201() {
    let mut set = Set::default();
    let answered = set.send(json!({ "u_correlation_id": "a" }));
    assert_eq!(answered.status, 201);
    let result = &answered.json()["result"][0];
    assert_eq!(result["status"], "error");
    assert_eq!(result["error_message"], "u_value is mandatory");
    assert!(set.asked.instance.records("u_reading").is_empty());
}

#[test]
fn values_are_strings() {
    let mut set = Set::default();
    for value in [json!(1), json!(null), json!(true), json!(["a"]), json!({})] {
        assert_eq!(set.send(json!({ "u_value": value })).status, 400);
    }
    let other = "/api/now/import/u_other";
    let answered = set.asked.send_json("POST", other, &set.bearer, &json!({}));
    assert_eq!(answered.status, 404);
}
