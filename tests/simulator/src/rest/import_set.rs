//! `/api/now/import/{stagingTable}`: a row is staged and transformed at once.

use std::{collections::HashMap, time::SystemTime};

use http::{Request, StatusCode};
use hyper::body::Bytes;
use serde_json::{Value, json};

use super::{RestApis, members, records, records::Record};
use crate::answers::{self, Answer};

/// A staging table and the transform map behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSet {
    /// The table that rows are sent to.
    pub staging_table: String,
    /// The table that they end up in, column by column.
    pub table: String,
    /// What the transform map is called.
    pub transform_map: String,
    /// The coalesce field: a row that has the value of a record changes that record, so that a
    /// repeat makes no second one.
    pub coalesce: Option<String>,
    /// A column without which the transformation of a row fails. The HTTP status is 201 all the
    /// same.
    pub mandatory: Option<String>,
}

impl ImportSet {
    /// One for readings, `u_imp_reading`, which coalesces and has a mandatory field.
    pub fn samples() -> Vec<Self> {
        vec![Self {
            staging_table: "u_imp_reading".to_owned(),
            table: "u_reading".to_owned(),
            transform_map: "Readings".to_owned(),
            coalesce: Some("u_correlation_id".to_owned()),
            mandatory: Some("u_value".to_owned()),
        }]
    }
}

#[derive(Debug)]
pub(crate) struct ImportSets {
    sets: Vec<ImportSet>,
    so_far: usize,
    /// What was answered, by staging table and `sys_id`.
    answered: HashMap<(String, String), Value>,
}

impl ImportSets {
    pub(super) fn new(sets: Vec<ImportSet>) -> Self {
        Self {
            sets,
            so_far: 0,
            answered: HashMap::new(),
        }
    }

    /// Forgets the rows that were staged, as an instance does after some days.
    pub(crate) fn purge(&mut self) {
        self.answered.clear();
    }
}

impl RestApis {
    pub(super) fn import(
        &mut self,
        request: &Request<Bytes>,
        staging_table: &str,
        now: SystemTime,
    ) -> Result<Answer, Answer> {
        let mut sets = self.import_sets.sets.iter();
        let set = sets.find(|set| set.staging_table == staging_table);
        let set = set.ok_or_else(|| answers::no_table(staging_table))?.clone();
        let row = strings(request)?;
        let host = answers::host(request).to_owned();
        let (result, sys_id) = self.transform(&set, row, &host, now);
        self.import_sets.so_far += 1;
        let body = json!({
            "import_set": format!("ISET{:07}", 10_000 + self.import_sets.so_far),
            "staging_table": staging_table,
            "result": [result],
        });
        if let Some(sys_id) = sys_id {
            let key = (staging_table.to_owned(), sys_id);
            self.import_sets.answered.insert(key, body.clone());
        }
        Ok(answers::json(StatusCode::CREATED, &body))
    }

    /// What became of a row; 404 once the staged rows are purged.
    pub(super) fn imported(&self, staging_table: &str, sys_id: &str) -> Result<Answer, Answer> {
        let key = (staging_table.to_owned(), sys_id.to_owned());
        let body = self.import_sets.answered.get(&key);
        body.map(|body| answers::json(StatusCode::OK, body))
            .ok_or_else(answers::no_record)
    }

    fn transform(
        &mut self,
        set: &ImportSet,
        row: Record,
        host: &str,
        now: SystemTime,
    ) -> (Value, Option<String>) {
        let value_of = |column: &Option<String>| {
            let value = row.get(column.as_ref()?).filter(|value| !value.is_empty());
            value.cloned()
        };
        if let (Some(column), None) = (&set.mandatory, value_of(&set.mandatory)) {
            let failed = json!({
                "transform_map": set.transform_map,
                "table": set.table,
                "status": "error",
                "error_message": format!("{column} is mandatory"),
            });
            return (failed, None);
        }
        let there = set.coalesce.as_ref().zip(value_of(&set.coalesce));
        let there = there.and_then(|(column, value)| self.records.by(&set.table, column, &value));
        let (status, record) = match there {
            None => ("inserted", self.records.insert(&set.table, row, now)),
            Some(record)
                if row
                    .iter()
                    .all(|(name, value)| record.get(name) == Some(value)) =>
            {
                ("ignored", record.clone())
            }
            Some(record) => {
                records::update(record, row, now);
                ("updated", record.clone())
            }
        };
        let sys_id = &record["sys_id"];
        let result = json!({
            "transform_map": set.transform_map,
            "table": set.table,
            "display_name": "sys_id",
            "display_value": sys_id,
            "record_link": format!("https://{host}/api/now/table/{}/{sys_id}", set.table),
            "status": status,
            "sys_id": sys_id,
        });
        (result, Some(sys_id.clone()))
    }
}

/// An import set takes strings and nothing else.
fn strings(request: &Request<Bytes>) -> Result<Record, Answer> {
    let members = members(request)?.into_iter();
    members
        .filter(|(name, _)| name != "sys_id")
        .map(|(name, value)| match value {
            Value::String(text) => Ok((name, text)),
            _ => Err(answers::bad_request("a value is not a string")),
        })
        .collect()
}
