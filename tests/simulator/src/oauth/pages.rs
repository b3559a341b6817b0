//! The pages that a user sees in the browser. Their inputs and buttons have IDs, for tests that
//! drive a browser.

use http::{StatusCode, header};

use crate::{
    answers::{self, Answer},
    oauth::sessions::Session,
};

const STYLE: &str = "\
body{margin:0;background:#eef1f2;color:#1d2b30;font:16px/1.5 system-ui,sans-serif}\
header{background:#17313b;color:#fff;padding:14px 24px;font-weight:600}\
main{max-width:380px;margin:7vh auto;background:#fff;border:1px solid #d5dcdf;border-radius:8px;\
padding:28px 32px}\
h1{font-size:20px;margin:0 0 12px}\
label{display:block;margin:14px 0 4px;font-size:14px}\
input{box-sizing:border-box;width:100%;padding:9px 10px;font:inherit;border:1px solid #a9b6bb;\
border-radius:4px}\
button{margin:22px 8px 0 0;padding:9px 20px;font:inherit;border:1px solid #17313b;border-radius:4px;\
background:#fff;color:#17313b;cursor:pointer}\
button.primary{background:#1f6f5c;border-color:#1f6f5c;color:#fff}\
.wrong{background:#fbe9e7;border-left:4px solid #b3261e;padding:8px 12px}\
code{background:#eef1f2;padding:1px 5px;border-radius:3px}\
footer{text-align:center;color:#5b6b71;font-size:13px}";

/// The page to log in on.
pub(super) fn log_in(this_page: &str, was_wrong: bool) -> Answer {
    let wrong = match was_wrong {
        true => "<p class=\"wrong\" id=\"wrong\">User name or password invalid</p>",
        false => "",
    };
    page(
        StatusCode::OK,
        "Log in",
        &format!(
            "{wrong}<form method=\"post\" action=\"{}\">\
             <label for=\"user_name\">User name</label>\
             <input id=\"user_name\" name=\"user_name\" autocomplete=\"username\" required autofocus>\
             <label for=\"user_password\">Password</label>\
             <input id=\"user_password\" name=\"user_password\" type=\"password\" \
             autocomplete=\"current-password\" required>\
             <button id=\"login\" class=\"primary\">Log in</button></form>",
            escaped(this_page)
        ),
    )
}

/// The page that asks whether the client may act for the user.
pub(super) fn consent(this_page: &str, client: &str, scope: &str, session: &Session) -> Answer {
    let items: String = scope
        .split(' ')
        .map(|scope| format!("<li><code>{}</code></li>", escaped(scope)))
        .collect();
    page(
        StatusCode::OK,
        "Allow access?",
        &format!(
            "<p><strong>{}</strong> would like to connect to your account \
             <strong>{}</strong>, with:</p><ul>{items}</ul>\
             <form method=\"post\" action=\"{}\">\
             <input type=\"hidden\" name=\"sysparm_ck\" value=\"{}\">\
             <button id=\"allow\" class=\"primary\" name=\"consent\" value=\"allow\">Allow</button>\
             <button id=\"deny\" name=\"consent\" value=\"deny\">Deny</button></form>",
            escaped(client),
            escaped(&session.user_name),
            escaped(this_page),
            session.form_token,
        ),
    )
}

/// What is wrong with a request that cannot be sent back to its client.
pub(super) fn error(title: &str, explanation: &str) -> Answer {
    let explanation = format!(
        "<p class=\"wrong\" id=\"error\">{}</p>",
        escaped(explanation)
    );
    page(StatusCode::BAD_REQUEST, title, &explanation)
}

fn page(status: StatusCode, title: &str, contents: &str) -> Answer {
    answers::html(
        status,
        format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\">\
             <title>{title} | Simulated instance</title><style>{STYLE}</style></head><body>\
             <header>Simulated instance</header><main><h1>{title}</h1>{contents}</main>\
             <footer>All users and passwords here are made up.</footer></body></html>"
        ),
    )
}

pub(super) fn kept_from_caches_and_frames(answer: Answer) -> Answer {
    [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ]
    .into_iter()
    .fold(answer, |answer, (name, value)| {
        answers::with_header(answer, name, value)
    })
}

fn escaped(text: &str) -> String {
    let escape = |char| match char {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#39;".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(escape).collect()
}
