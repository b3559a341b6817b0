//! The records of all tables: columns of strings.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use time::{OffsetDateTime, macros::format_description};

use super::incident;
use crate::random::random_id;

pub(crate) type Record = BTreeMap<String, String>;

#[derive(Debug, Default)]
pub(crate) struct Records {
    incidents_so_far: usize,
    tables: BTreeMap<String, Vec<Record>>,
}

impl Records {
    pub(crate) fn all(&self, table: &str) -> &[Record] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }

    pub(super) fn by_id(&mut self, table: &str, sys_id: &str) -> Option<&mut Record> {
        self.by(table, "sys_id", sys_id)
    }

    /// The first record with that value.
    pub(super) fn by(&mut self, table: &str, column: &str, value: &str) -> Option<&mut Record> {
        let mut records = self.tables.get_mut(table)?.iter_mut();
        records.find(|record| record.get(column).is_some_and(|found| found == value))
    }

    /// Adds a record, with the columns that the instance fills in.
    pub(super) fn insert(&mut self, table: &str, columns: Record, now: SystemTime) -> Record {
        let mut record = columns;
        record.insert("sys_id".to_owned(), random_id());
        record.insert("sys_created_on".to_owned(), timestamp(now));
        record.insert("sys_updated_on".to_owned(), timestamp(now));
        if table == "incident" {
            self.incidents_so_far += 1;
            let number = format!("INC{:07}", 10_000 + self.incidents_so_far);
            record.insert("number".to_owned(), number);
            for (column, value) in incident::FILLED_IN {
                let column = record.entry((*column).to_owned());
                column.or_insert_with(|| (*value).to_owned());
            }
        }
        let records = self.tables.entry(table.to_owned()).or_default();
        records.push(record.clone());
        record
    }

    /// Whether there was one.
    pub(super) fn remove(&mut self, table: &str, sys_id: &str) -> bool {
        let Some(records) = self.tables.get_mut(table) else {
            return false;
        };
        let before = records.len();
        records.retain(|record| record["sys_id"] != sys_id);
        records.len() < before
    }
}

/// Changes columns, and when the record was changed.
pub(super) fn update(record: &mut Record, columns: Record, now: SystemTime) {
    record.extend(columns);
    record.insert("sys_updated_on".to_owned(), timestamp(now));
}

/// `yyyy-MM-dd HH:mm:ss` in GMT.
fn timestamp(now: SystemTime) -> String {
    let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = OffsetDateTime::UNIX_EPOCH + since_epoch;
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    now.format(format).unwrap_or_default()
}
