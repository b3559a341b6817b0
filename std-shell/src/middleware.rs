//! Authorization for agents that are not this crate's.

use std::sync::Arc;

use ureq::{
    Body, SendBody,
    config::ConfigBuilder,
    http::{HeaderValue, Request, Response, StatusCode},
    middleware::{Middleware, MiddlewareNext},
    typestate::AgentScope,
};

use crate::client::Client;

/// Authorizes requests that go to the instance; others pass as they are.
#[derive(Debug)]
struct Authorize(Arc<Client>);

impl Client {
    /// Lets any ureq agent send requests as this client does: those that go to the instance are
    /// authorized, others pass as they are.
    ///
    /// A request is not repeated, for its body is gone by then: after a 401 the next one has a new
    /// token. Redirects are not followed: ureq takes `Authorization` away on the way to another host,
    /// but not the header of an API key.
    ///
    /// # Examples
    /// ```no_run
    /// use std::sync::Arc;
    /// use snow_token::Client;
    ///
    /// let client = Arc::new(Client::from_env()?);
    /// let url = client.settings().instance().to_string() + "/api/now/table/incident";
    /// let agent: ureq::Agent = client.authorize(ureq::Agent::config_builder()).build().into();
    /// let incidents = agent.get(&url).call()?.into_body().read_to_string()?;
    /// # drop(incidents);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn authorize(
        self: &Arc<Self>,
        agent: ConfigBuilder<AgentScope>,
    ) -> ConfigBuilder<AgentScope> {
        agent
            .max_redirects(0)
            .middleware(Authorize(Arc::clone(self)))
    }
}

impl Middleware for Authorize {
    fn handle(
        &self,
        mut request: Request<SendBody<'_>>,
        next: MiddlewareNext<'_>,
    ) -> Result<Response<Body>, ureq::Error> {
        if !self.0.settings().instance().is_origin_of(request.uri()) {
            return next.handle(request);
        }
        let proof = self
            .0
            .proof()
            .map_err(|error| ureq::Error::Other(Box::new(error)))?;
        let mut value = HeaderValue::try_from(proof.value()).map_err(ureq::http::Error::from)?;
        value.set_sensitive(true);
        request.headers_mut().insert(proof.header(), value);
        let response = next.handle(request);
        let is_unauthorized = match &response {
            Ok(response) => response.status() == StatusCode::UNAUTHORIZED,
            Err(error) => matches!(error, ureq::Error::StatusCode(401)),
        };
        if is_unauthorized {
            self.0.refuse(&proof);
        }
        response
    }
}
