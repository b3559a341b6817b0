//! `/api/now[/v1|/v2]/table/{table}[/{sys_id}]`: records of strings, guarded by auth scopes.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use http::{Method, Request, StatusCode, header};
use hyper::body::Bytes;
use serde_json::{Value, json};
use time::{OffsetDateTime, macros::format_description};

use crate::{
    answers::{self, Answer},
    oauth::Scopes,
    random::random_id,
};

/// REST API auth scopes on the Table API: which scope opens which methods.
const READ_SCOPE: &str = "table_read";
const WRITE_SCOPE: &str = "table_read_write";
/// The scope that passes every check.
const EVERYTHING_SCOPE: &str = "useraccount";

/// The columns of an incident that can be written. Others are ignored, as an instance does it.
const INCIDENT_COLUMNS: &[&str] = &[
    "caller_id",
    "category",
    "close_code",
    "close_notes",
    "comments",
    "correlation_display",
    "correlation_id",
    "description",
    "impact",
    "priority",
    "short_description",
    "state",
    "subcategory",
    "urgency",
    "work_notes",
];

type Record = BTreeMap<String, String>;

#[derive(Debug, Default)]
pub(crate) struct Tables {
    incidents_so_far: usize,
    records: BTreeMap<String, Vec<Record>>,
}

impl Tables {
    /// Answers a request with a valid token.
    pub(crate) fn handle(
        &mut self,
        request: &Request<Bytes>,
        scopes: &Scopes,
        now: SystemTime,
    ) -> Answer {
        let path = request.uri().path().trim_end_matches('/');
        let mut parts = path.split('/').skip(1);
        let mut next = || parts.next().unwrap_or_default();
        let (api, now_scope, mut resource) = (next(), next(), next());
        if matches!(resource, "v1" | "v2") {
            resource = next();
        }
        let (table, sys_id) = (next(), parts.next());
        if (api, now_scope, resource) != ("api", "now", "table") || parts.next().is_some() {
            return answers::rest_error(
                StatusCode::BAD_REQUEST,
                "Requested URI does not represent any resource",
                "",
            );
        }
        let needed = match *request.method() {
            Method::GET => &[READ_SCOPE, WRITE_SCOPE, EVERYTHING_SCOPE][..],
            _ => &[WRITE_SCOPE, EVERYTHING_SCOPE],
        };
        if !needed.iter().any(|scope| scopes.has(scope)) {
            return answers::missing_scope(needed[0]);
        }
        if !is_table(table) {
            return answers::no_table(table);
        }
        if table == "sys_properties" {
            return answers::refused_by_acl();
        }
        let answer = match (request.method().as_str(), sys_id) {
            ("GET", None) => self.list(request, table),
            ("GET", Some(sys_id)) => self.find(table, sys_id).map(|record| found(record)),
            ("POST", None) => self.create(request, table, now),
            ("PATCH", Some(sys_id)) => columns(request, table).and_then(|columns| {
                let record = self.find(table, sys_id)?;
                record.extend(columns);
                record.insert("sys_updated_on".to_owned(), timestamp(now));
                Ok(found(record))
            }),
            ("DELETE", Some(sys_id)) => self.find(table, sys_id).map(|_| ()).map(|()| {
                let records = self.records.entry(table.to_owned()).or_default();
                records.retain(|record| record["sys_id"] != sys_id);
                answers::empty(StatusCode::NO_CONTENT)
            }),
            _ => Ok(answers::empty(StatusCode::METHOD_NOT_ALLOWED)),
        };
        answer.unwrap_or_else(|refusal| refusal)
    }

    fn find(&mut self, table: &str, sys_id: &str) -> Result<&mut Record, Answer> {
        let records = self.records.get_mut(table).into_iter().flatten();
        let mut with_id = records.filter(|record| record["sys_id"] == sys_id);
        with_id.next().ok_or_else(answers::no_record)
    }

    fn list(&self, request: &Request<Bytes>, table: &str) -> Result<Answer, Answer> {
        let mut limit = 10_000;
        let mut query = Vec::new();
        let parameters = request.uri().query().unwrap_or_default();
        for (name, value) in form_urlencoded::parse(parameters.as_bytes()) {
            match &*name {
                "sysparm_limit" => {
                    let number = value.parse();
                    limit = number.map_err(|_| answers::bad_request("sysparm_limit"))?;
                }
                "sysparm_query" => query = equalities(&value)?,
                _ => {}
            }
        }
        let records = self.records.get(table).into_iter().flatten();
        let matching: Vec<_> = records
            .filter(|record| {
                let equal = |(column, value): &(String, String)| record.get(column) == Some(value);
                query.iter().all(equal)
            })
            .collect();
        let body = json!({ "result": matching.iter().take(limit).collect::<Vec<_>>() });
        Ok(answers::with_header(
            answers::json(StatusCode::OK, &body),
            header::HeaderName::from_static("x-total-count"),
            &matching.len().to_string(),
        ))
    }

    fn create(
        &mut self,
        request: &Request<Bytes>,
        table: &str,
        now: SystemTime,
    ) -> Result<Answer, Answer> {
        let mut record = columns(request, table)?;
        let records = self.records.entry(table.to_owned()).or_default();
        let sys_id = random_id();
        record.insert("sys_id".to_owned(), sys_id.clone());
        record.insert("sys_created_on".to_owned(), timestamp(now));
        record.insert("sys_updated_on".to_owned(), timestamp(now));
        if table == "incident" {
            self.incidents_so_far += 1;
            let number = format!("INC{:07}", 10_000 + self.incidents_so_far);
            record.insert("number".to_owned(), number);
            record.entry("state".to_owned()).or_insert("1".to_owned());
        }
        let without_body = request
            .headers()
            .get("x-no-response-body")
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
        let answer = match without_body {
            true => answers::empty(StatusCode::CREATED),
            false => answers::json(StatusCode::CREATED, &json!({ "result": record })),
        };
        records.push(record);
        let host = answers::host(request);
        let location = format!("https://{host}/api/now/table/{table}/{sys_id}");
        Ok(answers::with_header(answer, header::LOCATION, &location))
    }
}

/// Whether the instance has the table: incidents, system properties, and any table of the
/// customer's own.
fn is_table(table: &str) -> bool {
    matches!(table, "incident" | "sys_properties") || table.starts_with("u_")
}

fn found(record: &Record) -> Answer {
    answers::json(StatusCode::OK, &json!({ "result": record }))
}

/// `a=b^c=d`
fn equalities(query: &str) -> Result<Vec<(String, String)>, Answer> {
    let terms = query.split('^').filter(|term| !term.is_empty());
    terms
        .map(|term| {
            let (column, value) = term.split_once('=').unwrap_or_default();
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            match !column.is_empty() && column.bytes().all(is_name) {
                true => Ok((column.to_owned(), value.to_owned())),
                false => Err(answers::bad_request(
                    "the simulated instance knows only equality in sysparm_query",
                )),
            }
        })
        .collect()
}

/// The name-value pairs of the body that the table has columns for, each value as a string.
fn columns(request: &Request<Bytes>, table: &str) -> Result<Record, Answer> {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    if !content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/json")) {
        return Err(answers::rest_error(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Unsupported media type",
            "application/json is expected",
        ));
    }
    let Ok(Value::Object(members)) = serde_json::from_slice(request.body()) else {
        return Err(answers::bad_request("the body is not a JSON object"));
    };
    let has_column = |name: &str| table != "incident" || INCIDENT_COLUMNS.contains(&name);
    let mut record = Record::new();
    for (name, value) in members.into_iter().filter(|(name, _)| has_column(name)) {
        let text = match value {
            Value::String(text) => text,
            Value::Null => String::new(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::Array(_) | Value::Object(_) => {
                return Err(answers::bad_request("a value is not a string"));
            }
        };
        record.insert(name, text);
    }
    Ok(record)
}

/// `yyyy-MM-dd HH:mm:ss` in GMT.
fn timestamp(now: SystemTime) -> String {
    let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = OffsetDateTime::UNIX_EPOCH + since_epoch;
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    now.format(format).unwrap_or_default()
}
