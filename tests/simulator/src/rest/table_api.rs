//! `/api/now[/v1|/v2]/table/{table}[/{sys_id}]`.

use std::time::SystemTime;

use http::{Request, StatusCode, header};
use hyper::body::Bytes;
use serde_json::{Value, json};

use super::{RestApis, incident, members, paging::Page, records, records::Record};
use crate::answers::{self, Answer};

impl RestApis {
    pub(super) fn table(
        &mut self,
        request: &Request<Bytes>,
        table: &str,
        sys_id: Option<&str>,
        now: SystemTime,
    ) -> Result<Answer, Answer> {
        if !is_table(table) {
            return Err(answers::no_table(table));
        }
        let reads = request.method() == http::Method::GET;
        // Events and alerts come by the event APIs alone.
        if table == "sys_properties" || (table.starts_with("em_") && !reads) {
            return Err(answers::refused_by_acl());
        }
        let fields = fields(request);
        match (request.method().as_str(), sys_id) {
            ("GET", None) => self.list(request, table, fields.as_deref()),
            ("GET", Some(sys_id)) => {
                let record = self.records.by_id(table, sys_id);
                let record = record.ok_or_else(answers::no_record)?;
                Ok(found(record, fields.as_deref()))
            }
            ("POST", None) => {
                let columns = columns(request, table)?;
                let record = self.records.insert(table, columns, now);
                Ok(created(request, table, &record, fields.as_deref()))
            }
            ("PATCH" | "PUT", Some(sys_id)) => {
                let columns = columns(request, table)?;
                let record = self.records.by_id(table, sys_id);
                let record = record.ok_or_else(answers::no_record)?;
                records::update(record, columns, now);
                Ok(found(record, fields.as_deref()))
            }
            ("DELETE", Some(sys_id)) => match self.records.remove(table, sys_id) {
                true => Ok(answers::empty(StatusCode::NO_CONTENT)),
                false => Err(answers::no_record()),
            },
            _ => Err(answers::empty(StatusCode::METHOD_NOT_ALLOWED)),
        }
    }

    fn list(
        &self,
        request: &Request<Bytes>,
        table: &str,
        fields: Option<&[String]>,
    ) -> Result<Answer, Answer> {
        let query = parameter(request, "sysparm_query").unwrap_or_default();
        let query = equalities(&query)?;
        let page = Page::of(request)?;
        let matching: Vec<_> = self
            .records
            .all(table)
            .iter()
            .filter(|record| {
                let equal = |(column, value): &(String, String)| record.get(column) == Some(value);
                query.iter().all(equal)
            })
            .collect();
        let on_page = matching.iter().skip(page.offset).take(page.limit);
        let on_page: Vec<_> = on_page.map(|record| shown(record, fields)).collect();
        let answer = answers::json(StatusCode::OK, &json!({ "result": on_page }));
        let answer = answers::with_header(
            answer,
            header::HeaderName::from_static("x-total-count"),
            &matching.len().to_string(),
        );
        let links = page.links(request, matching.len());
        Ok(answers::with_header(answer, header::LINK, &links))
    }
}

/// Whether the instance has the table: incidents, system properties, events and their alerts, and
/// any table of the customer's own.
fn is_table(table: &str) -> bool {
    matches!(
        table,
        "incident" | "sys_properties" | "em_event" | "em_alert"
    ) || table.starts_with("u_")
}

fn created(
    request: &Request<Bytes>,
    table: &str,
    record: &Record,
    fields: Option<&[String]>,
) -> Answer {
    let without_body = request
        .headers()
        .get("x-no-response-body")
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
    let answer = match without_body {
        true => answers::empty(StatusCode::CREATED),
        false => {
            let body = json!({ "result": shown(record, fields) });
            answers::json(StatusCode::CREATED, &body)
        }
    };
    let (host, sys_id) = (answers::host(request), &record["sys_id"]);
    let location = format!("https://{host}/api/now/table/{table}/{sys_id}");
    answers::with_header(answer, header::LOCATION, &location)
}

fn found(record: &Record, fields: Option<&[String]>) -> Answer {
    let body = json!({ "result": shown(record, fields) });
    answers::json(StatusCode::OK, &body)
}

/// The record, or those of its columns that were asked for.
fn shown(record: &Record, fields: Option<&[String]>) -> Value {
    let is_asked_for = |name: &String| fields.is_none_or(|fields| fields.contains(name));
    let columns = record.iter().filter(|(name, _)| is_asked_for(name));
    json!(columns.collect::<std::collections::BTreeMap<_, _>>())
}

/// `sysparm_fields=a,b`
fn fields(request: &Request<Bytes>) -> Option<Vec<String>> {
    let fields = parameter(request, "sysparm_fields").filter(|fields| !fields.is_empty())?;
    Some(
        fields
            .split(',')
            .map(|name| name.trim().to_owned())
            .collect(),
    )
}

pub(super) fn parameter(request: &Request<Bytes>, name: &str) -> Option<String> {
    let query = request.uri().query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let (_, value) = pairs.find(|(found, _)| found == name)?;
    Some(value.into_owned())
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
    let has_column = |name: &str| table != "incident" || incident::WRITABLE.contains(&name);
    let mut record = Record::new();
    for (name, value) in members(request)? {
        if !has_column(&name) || name == "sys_id" {
            continue;
        }
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
