//! An instance in JSON, made-up secrets included, for programs that want to use it.

use serde_json::{Value, json};

use crate::{Instance, RegisteredClient, User};

impl Instance {
    /// `clients` and `users`.
    pub(crate) fn describe(&self) -> Value {
        json!({
            "clients": self.clients().iter().map(client).collect::<Vec<_>>(),
            "users": self.users().iter().map(user).collect::<Vec<_>>(),
        })
    }
}

fn client(client: &RegisteredClient) -> Value {
    let grants: Vec<_> = client.grants.iter().map(|grant| grant.name()).collect();
    let secret = match client.is_public() {
        true => Value::Null,
        false => client.client_secret.as_str().into(),
    };
    json!({
        "name": client.name,
        "client_id": client.client_id,
        "client_secret": secret,
        "grants": grants,
        "scope": client.scopes.join(" "),
        "user": client.user,
        "user_field": client.user_field.name(),
        "redirect_uris": client.redirect_uris,
    })
}

fn user(user: &User) -> Value {
    json!({
        "user_name": user.user_name,
        "email": user.email,
        "password": user.password,
        "roles": user.roles,
        "is_admin": user.is_admin,
        "active": user.active,
    })
}
