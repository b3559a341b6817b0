//! The simulated instance without a network: what it answers to whom, and when.

mod authorization_code;
mod browser;
mod client_credentials;
mod implicit;
mod jwt_bearer;
mod keys;
mod password;
mod refresh_token;
mod revocation;
mod support;
