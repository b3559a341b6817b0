//! An instance that is asked directly, at a time that the test sets.

use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use http::{HeaderMap, Request, StatusCode, header};
use hyper::body::Bytes;
use serde_json::{Value, json};
use snow_token_simulator::{Instance, InstanceOptions, RegisteredClient, User};

pub(crate) const HOST: &str = "instance.example.com";
/// When each test begins, in Unix seconds.
pub(crate) const BEGIN: u64 = 1_795_000_000;

pub(crate) struct Asked {
    pub(crate) instance: Instance,
    pub(crate) now: SystemTime,
}

impl Default for Asked {
    fn default() -> Self {
        Self::with(InstanceOptions::default())
    }
}

impl Asked {
    pub(crate) fn with(options: InstanceOptions) -> Self {
        Self {
            instance: Instance::new(&options),
            now: UNIX_EPOCH + Duration::from_secs(BEGIN),
        }
    }

    pub(crate) fn client(&self, name: &str) -> RegisteredClient {
        let mut clients = self.instance.clients().iter();
        clients.find(|client| client.name == name).unwrap().clone()
    }

    pub(crate) fn user(&self, name: &str) -> User {
        let mut users = self.instance.users().iter();
        users.find(|user| user.user_name == name).unwrap().clone()
    }

    pub(crate) fn wait(&mut self, secs: u64) {
        self.now += Duration::from_secs(secs);
    }

    pub(crate) fn send(&mut self, request: Request<impl Into<Bytes>>) -> Answered {
        let mut request = request.map(Into::into);
        let host = HOST.parse().unwrap();
        request.headers_mut().insert(header::HOST, host);
        let (head, body) = self.instance.handle(&request, self.now).into_parts();
        Answered {
            status: head.status,
            headers: head.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    pub(crate) fn get(&mut self, target: &str, headers: &[(&str, &str)]) -> Answered {
        let mut request = Request::get(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body("").unwrap())
    }

    pub(crate) fn post_form(
        &mut self,
        target: &str,
        headers: &[(&str, &str)],
        parameters: &[(&str, &str)],
    ) -> Answered {
        let mut request =
            Request::post(target).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(encoded(parameters)).unwrap())
    }

    pub(crate) fn send_json(
        &mut self,
        method: &str,
        target: &str,
        authorization: &str,
        body: &Value,
    ) -> Answered {
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header(header::AUTHORIZATION, authorization)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string());
        self.send(request.unwrap())
    }

    /// Asks the token endpoint with the client's own credentials beside the parameters.
    pub(crate) fn token(
        &mut self,
        client: &RegisteredClient,
        parameters: &[(&str, &str)],
    ) -> Answered {
        let mut all = vec![("client_id", client.client_id.as_str())];
        if !client.is_public() {
            all.push(("client_secret", &client.client_secret));
        }
        all.extend_from_slice(parameters);
        self.post_form("/oauth_token.do", &[], &all)
    }

    /// The status of a read with the token.
    pub(crate) fn read_with(&mut self, token: &str) -> StatusCode {
        let value = format!("Bearer {token}");
        let target = "/api/now/table/incident?sysparm_limit=1";
        self.get(target, &[("authorization", &value)]).status
    }
}

pub(crate) fn encoded(parameters: &[(&str, &str)]) -> String {
    let mut encoded = form_urlencoded::Serializer::new(String::new());
    encoded.extend_pairs(parameters).finish()
}

#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// A string of the JSON body.
    pub(crate) fn text(&self, name: &str) -> String {
        let json = self.json();
        let value = json[name].as_str();
        value
            .unwrap_or_else(|| panic!("{name}: {self:?}"))
            .to_owned()
    }

    /// The catch-all of the token endpoint.
    pub(crate) fn must_be_access_denied(&self) {
        assert_eq!(self.status, 401, "{self:?}");
        assert_eq!(
            self.json(),
            json!({ "error_description": "access_denied", "error": "server_error" })
        );
    }

    pub(crate) fn must_be_error(&self, error: &str, description: &str) {
        assert_eq!(self.status, 400, "{self:?}");
        assert_eq!(self.text("error"), error);
        assert_eq!(self.text("error_description"), description);
    }
}
