//! What an answer says of a record.
#![cfg(feature = "outbox")]

use snow_token_core::{
    outbox::Outcome,
    refusal::{Answer, Cut, PageSearch},
};

use crate::outbox::{LOST, NOT_NOW};

const PAGE: &[u8] = b"<html><h1>Your instance is hibernating</h1></html>";

fn answer(status: u16, body: &[u8]) -> Answer<'_> {
    Answer {
        status,
        content_type: Some("application/json"),
        retry_after: None,
        date: None,
        body,
        cut: None,
    }
}

fn page(status: u16, body: &[u8]) -> Answer<'_> {
    Answer {
        content_type: Some("text/html"),
        ..answer(status, body)
    }
}

fn cut(answer: Answer<'_>) -> Answer<'_> {
    Answer {
        cut: Some(Cut {
            body_len: 6_000,
            needed: 7_000,
            page: PageSearch::new(),
        }),
        ..answer
    }
}

#[test]
fn a_created_record_is_stored() {
    let incident = br#"{"result":{"status":"error","sys_id":"9d385017"}}"#;
    let imported = br#"{"import_set":"ISET0010001","result":[{"status":"inserted"}]}"#;
    let event = br#"{"result":{"Default Bulk Endpoint":"1 events were inserted"}}"#;
    let no_type = Answer {
        content_type: None,
        ..answer(201, b"")
    };
    for stored in [
        // A column of a table, not the word of an import set.
        answer(201, incident),
        answer(201, imported),
        answer(200, event),
        answer(201, b""),
        no_type,
        // The beginning of a long record.
        cut(answer(201, br#"{"result":{"number":"INC00"#)),
    ] {
        assert_eq!(Outcome::of_record(&stored), Outcome::Stored, "{stored:?}");
    }
}

#[test]
fn a_row_that_could_not_be_transformed_is_refused() {
    for body in [
        &br#"{"import_set":"ISET0010001","result":[{"status":"error"}]}"#[..],
        br#"{"result":[{"status":"inserted"},{"table":"x","status":"error"}]}"#,
        br#"{"result":[{"status":"error","error_message":"cut he"#,
    ] {
        assert_eq!(Outcome::of_record(&answer(201, body)), Outcome::Refused);
    }
}

#[test]
fn what_leaves_open_whether_the_record_is_there_is_lost() {
    for lost in [
        answer(500, b"{}"),
        page(502, b"<html>"),
        page(504, b"<html>"),
        // Something between answered.
        page(200, b"<html>Log in to the hotel's network</html>"),
        page(201, b"<html>"),
        answer(202, b"{}"),
        answer(204, b""),
        answer(200, b""),
        answer(200, b"OK"),
        answer(201, b"null"),
        answer(
            200,
            br#"{"result":{},"error":{"message":"Transaction cancelled"}}"#,
        ),
        // What is missing may say that the row was not transformed.
        answer(201, br#"{"import_set":"ISET0010001","resu"#),
        cut(answer(201, br#"{"result":[{"transform_map":"Readi"#)),
        cut(answer(201, b"")),
    ] {
        assert_eq!(Outcome::of_record(&lost), LOST, "{lost:?}");
    }
    let busy = Answer {
        retry_after: Some("30"),
        ..page(503, b"")
    };
    let after_30 = Outcome::Lost {
        retry_after_secs: 30,
    };
    assert_eq!(Outcome::of_record(&busy), after_30);
}

#[test]
fn an_instance_that_takes_no_record_at_all_is_no_fault_of_the_record() {
    let scope = br#"{"error":{"message":"User Not Authorized","detail":"x"},"status":"failure"}"#;
    let table = br#"{"error":{"message":"Invalid table u_reading","detail":null}}"#;
    let mut fed = PageSearch::new();
    fed.feed(PAGE);
    let cut_page = Answer {
        cut: Some(Cut {
            body_len: 5_900,
            needed: 6_400,
            page: fed,
        }),
        ..page(200, b"<html>")
    };
    for not_now in [
        answer(403, scope),
        answer(404, b"{}"),
        answer(429, b"{}"),
        page(302, b""),
        page(200, PAGE),
        cut_page,
        page(400, b"<h1>The SSL certificate error</h1>"),
        answer(400, table),
    ] {
        assert_eq!(Outcome::of_record(&not_now), NOT_NOW, "{not_now:?}");
    }
    assert_eq!(
        Outcome::of_record(&answer(401, b"{}")),
        Outcome::Unauthorized
    );
}

#[test]
fn retry_after_is_a_number_or_a_date() {
    let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
    for (retry_after, date, secs) in [
        ("120", None, 120),
        ("Sun, 06 Nov 1994 08:51:37 GMT", date, 120),
        ("Sun, 06 Nov 1994 08:51:37 GMT", None, 0),
        ("soon", None, 0),
    ] {
        for status in [403, 404, 429] {
            let answer = Answer {
                retry_after: Some(retry_after),
                date,
                ..answer(status, b"{}")
            };
            let not_now = Outcome::NotNow {
                retry_after_secs: secs,
            };
            assert_eq!(Outcome::of_record(&answer), not_now);
            assert_eq!(Outcome::of_lookup(&answer, "u_name", "a"), not_now);
        }
    }
}

#[test]
fn a_malformed_record_is_refused() {
    for refused in [
        answer(400, br#"{"error":{"message":"Invalid JSON"}}"#),
        answer(400, b""),
        page(413, b"<html>"),
        answer(422, b"{}"),
    ] {
        assert_eq!(Outcome::of_record(&refused), Outcome::Refused);
    }
}

#[test]
fn a_look_up_takes_a_record_only_if_its_column_has_the_name() {
    let look_up = |answer: Answer<'_>| Outcome::of_lookup(&answer, "u_name", "pump-7-00000007-0");
    let named = br#"{"result":[{"sys_id":"1","u_name":"pump-7-00000007-0"}]}"#;
    assert_eq!(look_up(answer(200, named)), Outcome::Stored);
    assert_eq!(look_up(answer(200, br#"{"result":[]}"#)), Outcome::Absent);
    let none = br#"{"error":{"message":"No Record found","detail":"x"},"status":"failure"}"#;
    assert_eq!(look_up(answer(404, none)), Outcome::Absent);
    assert_eq!(look_up(answer(401, b"{}")), Outcome::Unauthorized);
    for open in [
        // A column that the instance does not know is no condition: it gives any record.
        answer(200, br#"{"result":[{"u_name":"pump-7-00000007-1"}]}"#),
        answer(200, br#"{"result":[{"sys_id":"1"}]}"#),
        answer(
            200,
            br#"{"result":[{"link":{"u_name":"pump-7-00000007-0"}}]}"#,
        ),
        answer(200, br#"{"result":{"u_name":"pump-7-00000007-0"}}"#),
        answer(200, br#"{"result":[1]}"#),
        // A query that was given up.
        answer(
            200,
            br#"{"result":[],"error":{"message":"Transaction cancelled"}}"#,
        ),
        answer(
            200,
            br#"{"result":[,{"error":{"message":"Transaction cancelled"}}"#,
        ),
        answer(200, b"{}"),
        answer(200, b""),
        answer(200, br#"{"result":["#),
        cut(answer(200, br#"{"result":[]}"#)),
        page(200, PAGE),
        page(200, br#"{"result":[]}"#),
        answer(404, b"{}"),
        answer(400, b"{}"),
        answer(403, b"{}"),
        page(500, b""),
    ] {
        assert_eq!(look_up(open), NOT_NOW, "{open:?}");
    }
}
