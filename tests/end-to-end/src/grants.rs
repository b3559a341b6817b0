//! Clients of the library, and tokens that were had in another way than by the command.

use core::time::Duration;
use std::time::SystemTime;

use serde_json::Value;
use snow_token::{Client, Method, SecretString, Settings};
use snow_token_simulator::Simulator;

/// The library as that client of the simulated instance, by its client credentials.
pub fn library_client(simulator: &Simulator, client: &str) -> Client {
    let client = simulator.client(client);
    let secret = SecretString::from(client.client_secret.as_str());
    let method = Method::client_credentials(client.client_id, secret);
    let url = simulator
        .url()
        .parse()
        .expect("it is the URL of an instance");
    let settings = Settings::new(url, method)
        .with_ca_pem(simulator.ca_pem())
        .with_timeout(Duration::from_secs(5));
    Client::new(settings).expect("the settings are complete")
}

/// A refresh token of the client `legacy`, as the instance gives it for a password.
pub fn refresh_token_of_legacy(simulator: &Simulator) -> String {
    let (client, user) = (simulator.client("legacy"), simulator.user("abel.tuter"));
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "password")
        .append_pair("client_id", &client.client_id)
        .append_pair("client_secret", &client.client_secret)
        .append_pair("username", &user.user_name)
        .append_pair("password", &user.password)
        .finish();
    let request = http::Request::post("/oauth_token.do")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.into())
        .expect("it is a request");
    let answer = simulator.instance().handle(&request, SystemTime::now());
    let answer: Value = serde_json::from_slice(answer.body()).expect("the answer is JSON");
    let token = answer["refresh_token"].as_str();
    token.expect("a refresh token was given").to_owned()
}
