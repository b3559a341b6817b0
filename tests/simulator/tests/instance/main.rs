//! The simulated instance without a network: what it answers to whom, and when.

mod authorization_code;
mod browser;
mod client_credentials;
mod events;
mod implicit;
mod import_set;
mod jwt_bearer;
mod keys;
mod password;
mod refresh_token;
mod revocation;
mod support;
mod table_api;
mod ways_in;
