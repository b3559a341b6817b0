//! What became of a record, from the instance's answer.

use crate::{
    http_date,
    json::{Event, Reader, Text},
    refusal::{Answer, Cause, Refusal},
};

/// What became of a record that was sent or looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Outcome {
    /// The instance has it: it said so, or the look-up found it.
    Stored,
    /// The look-up found none of its name.
    Absent,
    /// Nothing was sent: there was no connection.
    NotSent,
    /// It was sent, and there was no answer, or one that leaves open whether the instance has it:
    /// 500, or a gateway's time-out. Of a look-up: there was no answer.
    Lost {
        /// The wait that `Retry-After` asks for, in seconds; 0 where it does not.
        retry_after_secs: u32,
    },
    /// The instance did not take it, for no fault of the record: 403, 404, 429, a page.
    NotNow {
        /// The wait that `Retry-After` asks for, in seconds; 0 where it does not.
        retry_after_secs: u32,
    },
    /// 401: another token is needed.
    Unauthorized,
    /// The instance does not take this record: 400, 413, 422, or a row that it could not transform.
    Refused,
}

impl Outcome {
    /// What an answer of the Table, Import Set or Event API says of a record that was sent.
    ///
    /// **ServiceNow**: an import set answers 201 although it could not transform the row, which its
    /// `result` says; a hibernating instance answers 200 with a page. So of an import set's answer,
    /// some 500 bytes, all must fit in the buffer: one that is cut leaves open what became of the
    /// row. Of a record of the Table API the beginning is enough, and of a 201 nothing at all, as
    /// `X-no-response-body` asks for.
    ///
    /// # Examples
    /// ```
    /// use snow_token_core::{outbox::Outcome, refusal::Answer};
    ///
    /// let created = Answer {
    ///     status: 201,
    ///     content_type: Some("application/json"),
    ///     retry_after: None,
    ///     date: None,
    ///     body: br#"{"result":[{"status":"inserted","sys_id":"9d385017"}]}"#,
    ///     cut: None,
    /// };
    /// assert_eq!(Outcome::of_record(&created), Outcome::Stored);
    ///
    /// let not_transformed = Answer {
    ///     body: br#"{"result":[{"status":"error","error_message":"u_value is mandatory"}]}"#,
    ///     ..created
    /// };
    /// assert_eq!(Outcome::of_record(&not_transformed), Outcome::Refused);
    /// ```
    pub fn of_record(answer: &Answer<'_>) -> Self {
        match answer.status {
            200 | 201 if answer.is_json() => of_written(answer),
            // Something between may have answered in the instance's place.
            200..=299 => match Refusal::read(answer).cause {
                Cause::Hibernating => Self::NotNow {
                    retry_after_secs: 0,
                },
                _ => LOST,
            },
            400 if is_for_its_own_sake(answer) => Self::Refused,
            413 | 422 => Self::Refused,
            500..=599 => Self::Lost {
                retry_after_secs: retry_after_secs(answer),
            },
            _ => Self::of_refusal(answer),
        }
    }

    /// What an answer of the Table API says of a record that was looked up: by `name` in `column`,
    /// which was asked for in the answer, one record at most.
    ///
    /// **ServiceNow** leaves a condition out whose column it does not know, and gives any record
    /// then: one is taken for the record only if its column has the name. Otherwise the outcome is
    /// [`NotNow`](Self::NotNow), and the column of the configuration at fault. A query that the
    /// instance gave up has an `error` beside its result: it has not found that there is none.
    ///
    /// # Examples
    /// ```
    /// use snow_token_core::{outbox::Outcome, refusal::Answer};
    ///
    /// let found = Answer {
    ///     status: 200,
    ///     content_type: Some("application/json"),
    ///     retry_after: None,
    ///     date: None,
    ///     body: br#"{"result":[{"correlation_id":"pump-7-000004d2-0"}]}"#,
    ///     cut: None,
    /// };
    /// let outcome = Outcome::of_lookup(&found, "correlation_id", "pump-7-000004d2-0");
    /// assert_eq!(outcome, Outcome::Stored);
    ///
    /// let none = Answer { body: br#"{"result":[]}"#, ..found };
    /// let outcome = Outcome::of_lookup(&none, "correlation_id", "pump-7-000004d2-0");
    /// assert_eq!(outcome, Outcome::Absent);
    /// ```
    pub fn of_lookup(answer: &Answer<'_>, column: &str, name: &str) -> Self {
        let found = match answer.status {
            200 if answer.is_json() && answer.cut.is_none() => found(answer.body, column, name),
            // What older releases answer to a query that finds nothing.
            404 if says_no_record(answer) => Found::None,
            _ => return Self::of_refusal(answer),
        };
        match found {
            Found::It => Self::Stored,
            Found::None => Self::Absent,
            Found::Another => Self::NotNow {
                retry_after_secs: 0,
            },
        }
    }

    fn of_refusal(answer: &Answer<'_>) -> Self {
        match answer.status {
            401 => Self::Unauthorized,
            _ => Self::NotNow {
                retry_after_secs: retry_after_secs(answer),
            },
        }
    }
}

fn retry_after_secs(answer: &Answer<'_>) -> u32 {
    let retry_after = answer.retry_after;
    let secs = retry_after.and_then(|text| http_date::retry_after_secs(text, answer.date));
    secs.unwrap_or(0)
}

/// **ServiceNow** answers 400 to a record of a table that it does not know too.
fn is_for_its_own_sake(answer: &Answer<'_>) -> bool {
    let refusal = Refusal::read(answer);
    let is_table = |error: Text<'_>| error.contains("Invalid table");
    refusal.cause == Cause::InvalidRequest && !refusal.error.is_some_and(is_table)
}

fn says_no_record(answer: &Answer<'_>) -> bool {
    let refusal = Refusal::read(answer);
    refusal
        .error
        .is_some_and(|error| error == *"No Record found")
}

const LOST: Outcome = Outcome::Lost {
    retry_after_secs: 0,
};

/// What 200 or 201 with JSON, or with nothing, says of a record that was sent.
fn of_written(answer: &Answer<'_>) -> Outcome {
    if answer.body.trim_ascii().is_empty() {
        // As `X-no-response-body` asks for. Nothing of the instance's own is in an empty 200.
        return match answer.status {
            201 if answer.cut.is_none() => Outcome::Stored,
            _ => LOST,
        };
    }
    let mut is_error = false;
    let answered = Answered::read(answer.body, |column, value| {
        is_error |= column == *"status" && value == *"error";
    });
    match answered.result {
        _ if answered.has_error => LOST,
        Some(Shape::Records(_)) if is_error => Outcome::Refused,
        // A record of the Table API, which may have a column of that name.
        Some(Shape::Other) => Outcome::Stored,
        // A row that could not be transformed may stand in what is missing.
        _ if answered.is_whole && answer.cut.is_none() => Outcome::Stored,
        _ => LOST,
    }
}

enum Found {
    It,
    None,
    Another,
}

fn found(body: &[u8], column: &str, name: &str) -> Found {
    let mut is_it = false;
    let answered = Answered::read(body, |its_column, value| {
        is_it |= its_column == *column && value == *name;
    });
    match answered.result {
        Some(Shape::Records(_)) if is_it => Found::It,
        // An instance that gives a query up after too long says so behind what it has found.
        Some(Shape::Records(0)) if answered.is_whole && !answered.has_error => Found::None,
        _ => Found::Another,
    }
}

/// `{"result":…}`, as far as it is JSON: the body may be cut.
#[derive(Default)]
struct Answered {
    result: Option<Shape>,
    /// There is an `error` beside the result.
    has_error: bool,
    is_whole: bool,
}

#[derive(Clone, Copy)]
enum Shape {
    /// `[{…},…]`, with so many elements.
    Records(u32),
    Other,
}

impl Answered {
    /// Shows each column whose value is a text, of each record in an array.
    fn read<'a>(body: &'a [u8], mut show: impl FnMut(Text<'a>, Text<'a>)) -> Self {
        let mut answered = Self::default();
        answered.is_whole = answered.fill(body, &mut show).is_some();
        answered
    }

    fn fill<'a>(
        &mut self,
        body: &'a [u8],
        show: &mut impl FnMut(Text<'a>, Text<'a>),
    ) -> Option<()> {
        let mut reader = Reader::new(body);
        let Event::ObjectStart = reader.next().ok()?? else {
            return None;
        };
        while let Some(event) = reader.next().ok()? {
            match event {
                Event::Key(key) if key == *"result" => self.fill_result(&mut reader, show)?,
                Event::Key(key) => {
                    self.has_error |= key == *"error";
                    reader.value_of_key().ok()?;
                }
                _ => {}
            }
        }
        Some(())
    }

    fn fill_result<'a>(
        &mut self,
        reader: &mut Reader<'a>,
        show: &mut impl FnMut(Text<'a>, Text<'a>),
    ) -> Option<()> {
        let Event::ArrayStart = reader.next().ok()?? else {
            self.result = Some(Shape::Other);
            while reader.depth() > 1 {
                reader.next().ok()?;
            }
            return Some(());
        };
        let mut records = 0_u32;
        self.result = Some(Shape::Records(records));
        while reader.depth() > 1 {
            let event = reader.next().ok()??;
            match (reader.depth(), event) {
                (3, Event::Key(column)) => {
                    if let Some(Event::String(value)) = reader.value_of_key().ok()? {
                        show(column, value);
                    }
                    continue;
                }
                (3, Event::ObjectStart | Event::ArrayStart) => {}
                (2, Event::String(_) | Event::Number(_) | Event::Bool(_) | Event::Null) => {}
                _ => continue,
            }
            records = records.saturating_add(1);
            self.result = Some(Shape::Records(records));
        }
        Some(())
    }
}
