//! Token responses, read by core and by the rules of its documentation from what `serde_json` reads.
#![no_main]

#[path = "../support/events.rs"]
mod events;

use events::{Event, is_out_of_range};
use libfuzzer_sys::fuzz_target;
use snow_token_core::{
    Member, TokenResponse, TokenResponseError,
    json::{self, Fault, Number, Reader},
};

fuzz_target!(|body: &[u8]| {
    let mut buf = vec![0xaa; body.len()];
    let ours = TokenResponse::read(body, &mut buf);
    match ours {
        // What core's reader of JSON refuses is the target `json`'s.
        Err(TokenResponseError::Json(error)) => {
            assert!(events::read(body).is_err() || error.fault == Fault::TooDeep);
        }
        Err(TokenResponseError::NotAnObject) => {
            assert_ne!(body.trim_ascii_start().first(), Some(&b'{'));
        }
        Err(TokenResponseError::BufferTooSmall(_)) => panic!("a buffer of the body's length"),
        ours => match events::read(body) {
            Ok(theirs) => {
                assert_eq!(ours.map(Granted::of), expected(&theirs, &secs(body)));
            }
            Err(error) => assert!(
                is_out_of_range(&error),
                "read, and not by serde_json: {error}"
            ),
        },
    }
    if let Ok(token) = ours {
        too_small(body, token);
    } else {
        assert!(
            buf.iter().all(|byte| *byte == 0xaa),
            "something of the answer is in the buffer"
        );
    }
});

/// A buffer of the length that is said to be needed does, and no shorter one.
fn too_small(body: &[u8], token: TokenResponse<'_>) {
    let texts = [Some(token.access_token()), token.refresh_token];
    let secrets: usize = texts.iter().flatten().map(|text| text.expose().len()).sum();
    let needed = secrets + token.scope.map_or(0, str::len);
    assert_eq!(TokenResponse::read(body, &mut vec![0; needed]), Ok(token));
    let mut buf = vec![0xaa; needed - 1];
    match TokenResponse::read(body, &mut buf) {
        Err(TokenResponseError::BufferTooSmall(error)) => assert_eq!(error.needed, needed),
        other => panic!("{other:?}"),
    }
    assert!(buf.iter().all(|byte| *byte == 0), "a part was left");
}

#[derive(Debug, Default, PartialEq)]
struct Granted {
    access_token: String,
    refresh_token: Option<String>,
    expires_in_secs: Option<u32>,
    scope: Option<String>,
}

impl Granted {
    fn of(token: TokenResponse<'_>) -> Self {
        Self {
            access_token: token.access_token().expose().to_owned(),
            refresh_token: token.refresh_token.map(|text| text.expose().to_owned()),
            expires_in_secs: token.expires_in_secs,
            scope: token.scope.map(str::to_owned),
        }
    }
}

/// Each event as a number of seconds. No `f64` tells them apart; that core does is shown by `json`,
/// and that its events are the same.
fn secs(body: &[u8]) -> Vec<Option<u32>> {
    let mut reader = Reader::new(body);
    let mut secs = Vec::new();
    while let Ok(Some(event)) = reader.next() {
        secs.push(match event {
            json::Event::Number(number) => number.to_u32(),
            _ => None,
        });
    }
    secs
}

/// The names and values of the outermost object; of an object or an array its start.
fn members<'e>(
    events: &'e [Event],
    secs: &[Option<u32>],
) -> Vec<(&'e str, &'e Event, Option<u32>)> {
    let mut members = Vec::new();
    let mut depth = 0;
    for ((event, next), secs) in events.iter().zip(&events[1..]).zip(&secs[1..]) {
        match event {
            Event::ObjectStart | Event::ArrayStart => depth += 1,
            Event::ObjectEnd | Event::ArrayEnd => depth -= 1,
            Event::Key(key) if depth == 1 => members.push((key.as_str(), next, *secs)),
            _ => {}
        }
    }
    members
}

fn expected(events: &[Event], secs: &[Option<u32>]) -> Result<Granted, TokenResponseError> {
    const KNOWN: [Member; 5] = [
        Member::AccessToken,
        Member::TokenType,
        Member::ExpiresIn,
        Member::RefreshToken,
        Member::Scope,
    ];
    let members = members(events, secs);
    if members
        .iter()
        .any(|(key, value, _)| *key == "error" && **value != Event::Null)
    {
        return Err(TokenResponseError::IsAnError);
    }
    let mut granted = Granted::default();
    let mut seen: Vec<Member> = Vec::new();
    let (mut has_token, mut has_type) = (false, false);
    let mut duplicates = Vec::new();
    let mut invalid = Vec::new();
    for (key, value, secs) in members {
        let Some(member) = KNOWN.into_iter().find(|member| member.name() == key) else {
            continue;
        };
        if seen.contains(&member) {
            duplicates.push(member);
            continue;
        }
        seen.push(member);
        match (member, value) {
            (_, Event::Null) => {}
            (Member::AccessToken, Event::String(text)) if is_bearer_token(text) => {
                has_token = true;
                granted.access_token.clone_from(text);
            }
            (Member::TokenType, Event::String(text)) if text.eq_ignore_ascii_case("bearer") => {
                has_type = true;
            }
            (Member::ExpiresIn, Event::Number(_)) if secs.is_some() => {
                granted.expires_in_secs = secs;
            }
            // A number that is a text is one of JSON, too: the target `json` has more of those.
            (Member::ExpiresIn, Event::String(text)) => match Number::parse(text) {
                Some(number) if number.to_u32().is_some() => {
                    granted.expires_in_secs = number.to_u32();
                }
                _ => invalid.push(member),
            },
            (Member::RefreshToken, Event::String(text))
                if !text.is_empty() && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) =>
            {
                granted.refresh_token = Some(text.clone());
            }
            (Member::Scope, Event::String(text)) if !text.contains(char::is_control) => {
                granted.scope = Some(text.clone());
            }
            _ => invalid.push(member),
        }
    }
    if let Some(member) = duplicates.first() {
        return Err(TokenResponseError::Duplicate(*member));
    }
    if let Some(member) = KNOWN.into_iter().find(|member| invalid.contains(member)) {
        return Err(TokenResponseError::Invalid(member));
    }
    match (has_token, has_type) {
        (false, _) => Err(TokenResponseError::Missing(Member::AccessToken)),
        (true, false) => Err(TokenResponseError::Missing(Member::TokenType)),
        (true, true) => Ok(granted),
    }
}

/// RFC 6750 §2.1: `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`
fn is_bearer_token(text: &str) -> bool {
    let token = text.trim_end_matches('=');
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !token.is_empty() && token.bytes().all(is_allowed)
}
