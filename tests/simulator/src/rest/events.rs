//! `/api/global/em/jsonv2`, and `/api/mid/em/jsonv2` by way of a MID server: many events in one
//! call, folded into alerts.

use std::time::SystemTime;

use http::{Request, StatusCode};
use hyper::body::Bytes;
use serde_json::{Value, json};
use time::{PrimitiveDateTime, macros::format_description};

use super::{RestApis, members, records, records::Record};
use crate::{
    access::Caller,
    answers::{self, Answer},
    users::EVENT_ROLE,
};

impl RestApis {
    /// All events of a call, or none where one of them is not in order.
    pub(super) fn events(
        &mut self,
        request: &Request<Bytes>,
        caller: &Caller,
        now: SystemTime,
    ) -> Result<Answer, Answer> {
        if !caller.user.has_role(EVENT_ROLE) {
            return Err(answers::rest_error(
                StatusCode::FORBIDDEN,
                "User Not Authorized",
                &format!("Failed API level ACL Validation: the role {EVENT_ROLE} is missing"),
            ));
        }
        let mut body = members(request)?;
        let Some(Value::Array(sent)) = body.remove("records") else {
            return Err(answers::bad_request("records is not an array"));
        };
        let events: Vec<_> = sent.into_iter().map(event).collect::<Result<_, _>>()?;
        let count = events.len();
        for event in events {
            self.fold(&event, now);
            self.records.insert("em_event", event, now);
        }
        // The words of an instance are not known here; a client goes by the status.
        let inserted = format!("{count} events were inserted");
        let body = json!({ "result": { "Default Bulk Endpoint": inserted } });
        Ok(answers::json(StatusCode::OK, &body))
    }

    /// Events of one message key are one alert.
    fn fold(&mut self, event: &Record, now: SystemTime) {
        let key = event["message_key"].as_str();
        let severity = event["severity"].as_str();
        let state = match severity {
            "0" => "Closed",
            _ => "Open",
        };
        let mut columns = event.clone();
        columns.insert("state".to_owned(), state.to_owned());
        match self.records.by("em_alert", "message_key", key) {
            Some(alert) => {
                let count = alert
                    .get("event_count")
                    .and_then(|count| count.parse().ok());
                let count = 1 + count.unwrap_or(0_u64);
                columns.insert("event_count".to_owned(), count.to_string());
                records::update(alert, columns, now);
            }
            None => {
                columns.insert("event_count".to_owned(), "1".to_owned());
                self.records.insert("em_alert", columns, now);
            }
        }
    }
}

/// The columns of an event; others belong into `additional_info`.
const COLUMNS: &[&str] = &[
    "source",
    "event_class",
    "node",
    "resource",
    "metric_name",
    "type",
    "severity",
    "description",
    "additional_info",
    "message_key",
    "time_of_event",
    "resolution_state",
];

fn event(sent: Value) -> Result<Record, Answer> {
    let Value::Object(members) = sent else {
        return Err(answers::bad_request("a record is not a JSON object"));
    };
    let mut event = Record::new();
    for (name, value) in members {
        if !COLUMNS.contains(&name.as_str()) {
            return Err(answers::bad_request(&format!(
                "{name} is no column of an event"
            )));
        }
        let Value::String(text) = value else {
            return Err(answers::bad_request(&format!("{name} is not a string")));
        };
        event.insert(name, text);
    }
    let value = |name: &str| event.get(name).map(String::as_str);
    if !matches!(value("severity"), Some("0" | "1" | "2" | "3" | "4" | "5")) {
        return Err(answers::bad_request("severity is none of \"0\" to \"5\""));
    }
    if !value("time_of_event").is_none_or(is_timestamp) {
        return Err(answers::bad_request(
            "time_of_event is not yyyy-MM-dd HH:mm:ss",
        ));
    }
    let is_json = |text| serde_json::from_str::<serde_json::Map<String, Value>>(text).is_ok();
    if !value("additional_info").is_none_or(is_json) {
        return Err(answers::bad_request("additional_info holds no JSON object"));
    }
    if value("message_key").is_none_or(str::is_empty) {
        let parts = ["source", "node", "type", "resource", "metric_name"];
        let key: Vec<_> = parts
            .iter()
            .map(|name| value(name).unwrap_or_default())
            .collect();
        let key = key.join("_");
        event.insert("message_key".to_owned(), key);
    }
    Ok(event)
}

fn is_timestamp(text: &str) -> bool {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    PrimitiveDateTime::parse(text, format).is_ok()
}
