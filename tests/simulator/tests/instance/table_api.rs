//! The Table API, beyond what a record needs to be written and read.

use serde_json::json;

use crate::support::{Answered, Asked, HOST};

fn bearer(asked: &mut Asked, client: &str) -> String {
    let client = asked.client(client);
    let token = asked.token(&client, &[("grant_type", "client_credentials")]);
    format!("Bearer {}", token.text("access_token"))
}

/// An instance with so many records of `u_reading`, numbered from 0, and what opens it.
fn with_readings(count: usize) -> (Asked, String) {
    let mut asked = Asked::default();
    let bearer = bearer(&mut asked, "writer");
    for number in 0..count {
        let body = json!({ "u_number": number, "u_even": number % 2 == 0 });
        let created = asked.send_json("POST", "/api/now/table/u_reading", &bearer, &body);
        assert_eq!(created.status, 201, "{created:?}");
    }
    (asked, bearer)
}

fn numbers(answered: &Answered) -> Vec<String> {
    let json = answered.json();
    let records = json["result"].as_array().unwrap().iter();
    records
        .map(|record| record["u_number"].as_str().unwrap().to_owned())
        .collect()
}

fn link(answered: &Answered, rel: &str) -> Option<String> {
    let mut links = answered.header("link").split(',');
    let rel = format!("rel=\"{rel}\"");
    let link = links.find(|link| link.ends_with(&rel))?;
    let (url, _) = link.trim_start_matches('<').split_once('>')?;
    Some(url.to_owned())
}

#[test]
fn links_lead_through_all_pages() {
    let (mut asked, bearer) = with_readings(7);
    let headers = [("authorization", bearer.as_str())];
    let origin = format!("https://{HOST}");
    let mut target = "/api/now/table/u_reading?sysparm_limit=3".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = asked.get(&target, &headers);
        assert_eq!(page.header("x-total-count"), "7");
        seen.extend(numbers(&page));
        match link(&page, "next") {
            Some(next) => target = next.strip_prefix(&origin).unwrap().to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, ["0", "1", "2", "3", "4", "5", "6"]);
    assert!(
        target.ends_with("sysparm_limit=3&sysparm_offset=6"),
        "{target}"
    );
}

#[test]
fn links_know_the_first_the_last_and_the_one_before() {
    let (mut asked, bearer) = with_readings(7);
    let headers = [("authorization", bearer.as_str())];
    let target =
        "/api/now/table/u_reading?sysparm_offset=3&sysparm_query=u_even%3Dfalse%5E&sysparm_limit=2";
    let page = asked.get(target, &headers);
    assert_eq!(page.header("x-total-count"), "3");
    let query = "sysparm_query=u_even%3Dfalse%5E&sysparm_limit=2";
    let url = |offset| {
        Some(format!(
            "https://{HOST}/api/now/table/u_reading?{query}&sysparm_offset={offset}"
        ))
    };
    assert_eq!(link(&page, "first"), url(0));
    assert_eq!(link(&page, "prev"), url(1));
    assert_eq!(link(&page, "next"), None);
    assert_eq!(link(&page, "last"), url(2));
    for wrong in ["sysparm_limit=x", "sysparm_offset=-1"] {
        let target = format!("/api/now/table/u_reading?{wrong}");
        assert_eq!(asked.get(&target, &headers).status, 400);
    }
}

#[test]
fn fields_can_be_chosen() {
    let (mut asked, bearer) = with_readings(1);
    let headers = [("authorization", bearer.as_str())];
    let target = "/api/now/table/u_reading?sysparm_fields=u_number,u_none";
    let page = asked.get(target, &headers);
    assert_eq!(page.json(), json!({ "result": [{ "u_number": "0" }] }));
}

#[test]
fn a_record_is_changed_by_patch_and_by_put_and_deleted() {
    let (mut asked, bearer) = with_readings(1);
    let sys_id = asked.instance.records("u_reading")[0]["sys_id"].clone();
    let target = format!("/api/now/table/u_reading/{sys_id}");
    for (method, value) in [("PATCH", "8"), ("PUT", "9")] {
        let body = json!({ "u_number": value, "sys_id": "another" });
        let changed = asked.send_json(method, &target, &bearer, &body);
        assert_eq!(changed.json()["result"]["u_number"], value);
        assert_eq!(changed.json()["result"]["sys_id"], sys_id);
    }
    assert_eq!(
        asked
            .send_json("DELETE", &target, &bearer, &json!({}))
            .status,
        204
    );
    for method in ["PUT", "GET", "DELETE"] {
        assert_eq!(
            asked.send_json(method, &target, &bearer, &json!({})).status,
            404
        );
    }
}

#[test]
fn scopes_open_what_they_name() {
    for (client, read, write) in [
        ("reader", 200, 403),
        ("writer", 200, 201),
        ("unbounded", 200, 201),
    ] {
        let mut asked = Asked::default();
        let bearer = bearer(&mut asked, client);
        let target = "/api/now/table/incident";
        let headers = [("authorization", bearer.as_str())];
        assert_eq!(asked.get(target, &headers).status, read);
        let written = asked.send_json("POST", target, &bearer, &json!({ "urgency": "1" }));
        assert_eq!(written.status, write);
        if write == 403 {
            let detail = "Missing required API access scope: table_read_write";
            assert_eq!(written.json()["error"]["detail"], detail);
        }
    }
}

#[test]
fn no_body_comes_where_none_is_wanted() {
    let mut asked = Asked::default();
    let bearer = bearer(&mut asked, "writer");
    let request = http::Request::post("/api/now/table/incident")
        .header("authorization", bearer)
        .header("content-type", "application/json")
        .header("x-no-response-body", "true")
        .body(r#"{"urgency":"1"}"#)
        .unwrap();
    let created = asked.send(request);
    assert_eq!((created.status.as_u16(), created.body.as_str()), (201, ""));
    let begin = format!("https://{HOST}/api/now/table/incident/");
    assert!(created.header("location").starts_with(&begin));
}

#[test]
fn an_incident_is_shown_with_every_column() {
    let mut asked = Asked::default();
    let bearer = bearer(&mut asked, "writer");
    let body = json!({ "short_description": "warm", "number": "INC1", "active": "false" });
    let created = asked.send_json("POST", "/api/now/table/incident", &bearer, &body);
    assert!(
        (2_000..10_000).contains(&created.body.len()),
        "{}",
        created.body.len()
    );
    let record = &created.json()["result"];
    assert_eq!(record["short_description"], "warm");
    // What cannot be written is ignored.
    assert_eq!(record["number"], "INC0010001");
    assert_eq!(record["active"], "true");
    assert!(
        record
            .as_object()
            .unwrap()
            .values()
            .all(serde_json::Value::is_string)
    );
}
