//! Core from outside, a file for each part. One program: with each feature alone, to link many took
//! most of the time.

mod access_token;
mod assertion;
mod assertion_custom_claims;
mod assertion_ecdsa;
mod assertion_hmac;
mod assertion_rsa;
mod authorization;
mod bad_input;
mod buffers;
#[allow(dead_code, reason = "what it is for depends on the features")]
mod common;
mod form;
mod http1;
mod http1_body;
mod http1_cut;
mod http1_request;
mod http1_stream;
mod http_date;
mod json;
mod outbox;
mod outbox_answers;
mod outbox_property;
mod redaction;
mod refusal;
mod session;
mod session_property;
mod session_rate;
mod session_spread;
mod session_tokens;
mod timestamp;
mod token_response;
mod zeroization;
