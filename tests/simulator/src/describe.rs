//! An instance in JSON, made-up secrets included, for programs that want to use it.

use serde_json::{Value, json};

use crate::{ApiKey, IdentityProvider, Instance, RegisteredClient, User};

impl Instance {
    /// `clients`, `users`, `api_keys` and `idp`.
    pub(crate) fn describe(&self) -> Value {
        json!({
            "clients": self.clients().iter().map(client).collect::<Vec<_>>(),
            "users": self.users().iter().map(user).collect::<Vec<_>>(),
            "api_keys": self.api_keys().iter().map(api_key).collect::<Vec<_>>(),
            "idp": idp(self.identity_provider()),
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

fn api_key(key: &ApiKey) -> Value {
    json!({ "name": key.name, "key": key.key, "user": key.user_name, "paths": key.paths })
}

fn idp(idp: &IdentityProvider) -> Value {
    json!({
        "issuer": idp.issuer,
        "audience": idp.audience,
        "subject": idp.subject,
        "client_id": idp.client_id,
        "client_secret": idp.client_secret,
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
