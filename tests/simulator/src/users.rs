//! The users of an instance (`sys_user`), who log in, or whom clients act as.

use serde::Deserialize;

use crate::random::random_text;

/// The role that the event APIs ask for.
pub(crate) const EVENT_ROLE: &str = "evt_mgmt_integration";

/// A user of the instance.
#[derive(Debug, Clone)]
pub struct User {
    /// The user name, to log in with.
    pub user_name: String,
    /// The mail address.
    pub email: String,
    /// The password. Made up at the start.
    pub password: String,
    /// The roles, beside `admin`.
    pub roles: Vec<String>,
    /// Whether the user is an administrator, who has every role.
    pub is_admin: bool,
    /// Whether the user may do anything at all.
    pub active: bool,
}

impl User {
    /// An active user without roles, with a password made up.
    pub fn new(user_name: &str, email: &str) -> Self {
        let letters = random_text(
            "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789",
            12,
        );
        Self {
            user_name: user_name.to_owned(),
            email: email.to_owned(),
            // With the characters that break a client which does not encode them, the colon of
            // HTTP Basic among them.
            password: format!("{letters}:&=%+ ;ü'\"<#\\"),
            roles: Vec::new(),
            is_admin: false,
            active: true,
        }
    }

    /// One user of each kind that behaves differently.
    pub fn samples() -> Vec<Self> {
        vec![
            Self {
                roles: vec![EVENT_ROLE.to_owned()],
                ..Self::new("integration.user", "integration.user@example.com")
            },
            Self::new("abel.tuter", "abel.tuter@example.com"),
            Self {
                is_admin: true,
                ..Self::new("admin", "admin@example.com")
            },
            Self {
                active: false,
                ..Self::new("former.user", "former.user@example.com")
            },
        ]
    }

    /// Whether the user has the role.
    pub fn has_role(&self, role: &str) -> bool {
        self.is_admin || self.roles.iter().any(|of_user| of_user == role)
    }
}

/// The column by which a registry entry or an issuer names a user (the entry's User Field).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserField {
    /// The mail address.
    Email,
    /// The user name.
    UserName,
}

impl UserField {
    /// As the column is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::UserName => "user_name",
        }
    }
}

/// All of them; who is not active is not found.
#[derive(Debug)]
pub(crate) struct Users(Vec<User>);

impl Users {
    pub(crate) fn new(users: Vec<User>) -> Self {
        Self(users)
    }

    pub(crate) fn all(&self) -> &[User] {
        &self.0
    }

    pub(crate) fn named(&self, user_name: &str) -> Option<&User> {
        self.by(UserField::UserName, user_name)
    }

    pub(crate) fn by(&self, field: UserField, value: &str) -> Option<&User> {
        let mut active = self.0.iter().filter(|user| user.active);
        active.find(|user| match field {
            UserField::Email => user.email == value,
            UserField::UserName => user.user_name == value,
        })
    }

    pub(crate) fn log_in(&self, user_name: &str, password: &str) -> Option<&User> {
        let user = self.named(user_name)?;
        (user.password == password).then_some(user)
    }
}
