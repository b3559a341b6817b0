//! A user at a browser: log-in, consent, and the redirect that comes of it.

use http::StatusCode;

use crate::support::{Answered, Asked, encoded};

/// The value of an input of the page.
fn input(page: &str, name: &str) -> String {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// The path and query of the page that asks for what the parameters say.
pub(crate) fn authorization_page(parameters: &[(&str, &str)]) -> String {
    format!("/oauth_auth.do?{}", encoded(parameters))
}

/// Logs in; the cookie.
pub(crate) fn log_in(asked: &mut Asked, page: &str, user_name: &str) -> String {
    let user = asked.user(user_name);
    let shown = asked.get(page, &[]);
    assert_eq!(shown.status, 200, "{shown:?}");
    for id in ["user_name", "user_password", "login"] {
        assert!(shown.body.contains(&format!("id=\"{id}\"")), "{id}");
    }
    let parameters = [
        ("user_name", user_name),
        ("user_password", user.password.as_str()),
    ];
    let answered = asked.post_form(page, &[], &parameters);
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{answered:?}");
    assert_eq!(answered.header("location"), page);
    let (cookie, attributes) = answered.header("set-cookie").split_once(';').unwrap();
    assert_eq!(attributes, " Path=/; HttpOnly; Secure; SameSite=Lax");
    cookie.to_owned()
}

/// Presses one of the buttons of the consent page.
pub(crate) fn consent(asked: &mut Asked, page: &str, cookie: &str, button: &str) -> Answered {
    let shown = asked.get(page, &[("cookie", cookie)]);
    assert!(
        shown.body.contains(&format!("id=\"{button}\"")),
        "{shown:?}"
    );
    let form_token = input(&shown.body, "sysparm_ck");
    let parameters = [("sysparm_ck", form_token.as_str()), ("consent", button)];
    asked.post_form(page, &[("cookie", cookie)], &parameters)
}

/// Logs in as `abel.tuter` and allows it; where the browser is sent then.
pub(crate) fn allowed(asked: &mut Asked, parameters: &[(&str, &str)]) -> String {
    let page = authorization_page(parameters);
    let cookie = log_in(asked, &page, "abel.tuter");
    let answered = consent(asked, &page, &cookie, "allow");
    assert_eq!(answered.status, StatusCode::FOUND, "{answered:?}");
    answered.header("location").to_owned()
}

/// A parameter of a redirect, wherever in the URL it stands.
pub(crate) fn parameter(location: &str, name: &str) -> Option<String> {
    let (_, encoded) = location.split_once(['?', '#'])?;
    let mut pairs = form_urlencoded::parse(encoded.as_bytes());
    let (_, value) = pairs.find(|(found, _)| found == name)?;
    Some(value.into_owned())
}
