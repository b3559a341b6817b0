//! Who is logged in, in a browser.

use std::collections::HashMap;

use http::{HeaderMap, header};

use crate::random::random_token;

const COOKIE: &str = "glide_user_session";

/// A browser in which somebody has logged in.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) user_name: String,
    /// Stands in the form of the consent page (`sysparm_ck`), so that no other page can consent.
    pub(crate) form_token: String,
}

#[derive(Debug, Default)]
pub(crate) struct Sessions(HashMap<String, Session>);

impl Sessions {
    /// Begins a session; the value of the `Set-Cookie` header.
    pub(crate) fn begin(&mut self, user_name: &str) -> String {
        let id = random_token(43);
        let session = Session {
            user_name: user_name.to_owned(),
            form_token: random_token(43),
        };
        self.0.insert(id.clone(), session);
        // Lax: the redirect that began elsewhere is to find a user who is logged in.
        format!("{COOKIE}={id}; Path=/; HttpOnly; Secure; SameSite=Lax")
    }

    pub(crate) fn of(&self, headers: &HeaderMap) -> Option<&Session> {
        let cookies = headers.get_all(header::COOKIE).iter();
        let cookies = cookies.filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|value| value.split(';'));
        pairs.find_map(|pair| {
            let (name, id) = pair.trim().split_once('=')?;
            self.0.get(id).filter(|_| name == COOKIE)
        })
    }
}
