//! The requests that an instance takes: for a token, and for the Table, Import Set and Event APIs.

use super::{
    authorization::Authorization,
    request::{Method, Request, Target, push_percent_encoded},
};
use crate::{
    buffer::Writer,
    form,
    token_request::{TOKEN_PATH, TokenRequest},
};

const JSON: &str = "application/json";
const TABLE_API: &str = "/api/now/table/";
const IMPORT_SET_API: &str = "/api/now/import/";
/// The Event API of the instance, and the same one by way of a MID server.
const EVENT_API: &str = "/api/global/em/jsonv2";
const MID_EVENT_API: &str = "/api/mid/em/jsonv2";

/// Which records the Table API gives, and what of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TableQuery<'a> {
    /// `sysparm_query`, an encoded query such as `active=true^ORDERBYnumber`. Defaults to all.
    pub query: Option<&'a str>,
    /// `sysparm_fields`, columns with a comma between them. Defaults to all.
    pub fields: Option<&'a str>,
    /// `sysparm_limit`. Defaults to the instance's 10,000.
    pub limit: Option<u32>,
}

impl TableQuery<'_> {
    pub(super) fn write(&self, out: &mut Writer<'_>) {
        let mut separator: &[u8] = b"?";
        let texts = [
            ("sysparm_query=", self.query),
            ("sysparm_fields=", self.fields),
        ];
        for (name, value) in texts {
            let Some(value) = value else { continue };
            out.push(separator);
            out.push(name.as_bytes());
            push_percent_encoded(value, out);
            separator = b"&";
        }
        if let Some(limit) = self.limit {
            out.push(separator);
            out.push(b"sysparm_limit=");
            out.push_decimal(usize::try_from(limit).unwrap_or(usize::MAX));
        }
    }
}

impl<'a> Request<'a> {
    /// `POST /oauth_token.do`; its body is [`TokenRequest::body`]. A secret in the header is
    /// written too, where the token request has it there.
    ///
    /// # Examples
    /// ```
    /// use snow_token_core::{ClientAuthentication, Secret, TokenRequest, http1::Request};
    ///
    /// let token_request = TokenRequest::client_credentials(ClientAuthentication::Body {
    ///     client_id: "gateway",
    ///     client_secret: Secret::new("hunter2"),
    /// });
    /// let (mut head, mut body) = ([0; 256], [0; 128]);
    /// let body = token_request.body(&mut body)?;
    /// assert_eq!(
    ///     Request::token("example.service-now.com", &token_request).head(&mut head)?,
    ///     b"POST /oauth_token.do HTTP/1.1\r\n\
    ///       Host: example.service-now.com\r\n\
    ///       Accept: application/json\r\n\
    ///       Content-Type: application/x-www-form-urlencoded\r\n\
    ///       Content-Length: 69\r\n\r\n",
    /// );
    /// assert_eq!(body.len(), 69);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn token(host: &'a str, request: &'a TokenRequest<'a>) -> Self {
        Self::new(Method::Post, host, TOKEN_PATH)
            .with_authorization(Authorization::client(request))
            .with_body(form::CONTENT_TYPE, request.body_len())
    }

    /// `POST /api/now/table/{table}`: creates a record from a JSON object of `body_len` bytes.
    ///
    /// # Examples
    /// ```
    /// use snow_token_core::http1::Request;
    ///
    /// let body = br#"{"short_description":"Pump 7 is hot"}"#;
    /// let request = Request::create_record("example.service-now.com", "incident", body.len())
    ///     .without_response_body();
    /// let mut buf = [0; 256];
    /// assert_eq!(
    ///     request.head(&mut buf)?,
    ///     b"POST /api/now/table/incident HTTP/1.1\r\n\
    ///       Host: example.service-now.com\r\n\
    ///       Accept: application/json\r\n\
    ///       Content-Type: application/json\r\n\
    ///       Content-Length: 37\r\n\
    ///       X-no-response-body: true\r\n\r\n",
    /// );
    /// # Ok::<(), snow_token_core::http1::RequestError>(())
    /// ```
    pub const fn create_record(host: &'a str, table: &'a str, body_len: usize) -> Self {
        Self::to(Method::Post, host, record(TABLE_API, table)).with_body(JSON, body_len)
    }

    /// `GET /api/now/table/{table}/{sys_id}`: one record, of which the query names the columns.
    ///
    /// # Examples
    /// ```
    /// use snow_token_core::http1::{Request, TableQuery};
    ///
    /// let columns = TableQuery { fields: Some("number,state"), ..TableQuery::default() };
    /// let request = Request::get_record("example.service-now.com", "incident", "9d38", columns);
    /// let mut buf = [0; 256];
    /// assert!(request.head(&mut buf)?.starts_with(
    ///     b"GET /api/now/table/incident/9d38?sysparm_fields=number%2Cstate HTTP/1.1\r\n"
    /// ));
    /// # Ok::<(), snow_token_core::http1::RequestError>(())
    /// ```
    pub const fn get_record(
        host: &'a str,
        table: &'a str,
        sys_id: &'a str,
        query: TableQuery<'a>,
    ) -> Self {
        let target = Target::Record {
            api: TABLE_API,
            table,
            sys_id: Some(sys_id),
            query,
        };
        Self::to(Method::Get, host, target)
    }

    /// `GET /api/now/table/{table}`: the records that the query finds.
    ///
    /// # Examples
    /// ```
    /// use snow_token_core::http1::{Request, TableQuery};
    ///
    /// let request = Request::query_records("example.service-now.com", "incident", TableQuery {
    ///     query: Some("correlation_id=pump 7"),
    ///     fields: Some("sys_id"),
    ///     limit: Some(1),
    /// });
    /// let mut buf = [0; 256];
    /// assert!(request.head(&mut buf)?.starts_with(
    ///     b"GET /api/now/table/incident?sysparm_query=correlation_id%3Dpump%207\
    ///       &sysparm_fields=sys_id&sysparm_limit=1 HTTP/1.1\r\n"
    /// ));
    /// # Ok::<(), snow_token_core::http1::RequestError>(())
    /// ```
    pub const fn query_records(host: &'a str, table: &'a str, query: TableQuery<'a>) -> Self {
        let target = Target::Record {
            api: TABLE_API,
            table,
            sys_id: None,
            query,
        };
        Self::to(Method::Get, host, target)
    }

    /// `POST /api/now/import/{staging_table}`: a JSON object of `body_len` bytes, its values all
    /// strings.
    ///
    /// # Examples
    /// ```
    /// use snow_token_core::http1::Request;
    ///
    /// let body = br#"{"pump":"7","celsius":"81"}"#;
    /// let request = Request::import("example.service-now.com", "u_readings", body.len());
    /// let mut buf = [0; 256];
    /// let head = request.head(&mut buf)?;
    /// assert!(head.starts_with(b"POST /api/now/import/u_readings HTTP/1.1\r\n"));
    /// # Ok::<(), snow_token_core::http1::RequestError>(())
    /// ```
    pub const fn import(host: &'a str, staging_table: &'a str, body_len: usize) -> Self {
        Self::to(Method::Post, host, record(IMPORT_SET_API, staging_table))
            .with_body(JSON, body_len)
    }

    /// `POST /api/global/em/jsonv2`: `{"records":[…]}` of `body_len` bytes, one event or many.
    ///
    /// # Examples
    /// ```
    /// use snow_token_core::http1::Request;
    ///
    /// let body = br#"{"records":[{"source":"gateway","node":"pump 7","severity":"1"}]}"#;
    /// let request = Request::events("example.service-now.com", body.len());
    /// let mut buf = [0; 256];
    /// let head = request.head(&mut buf)?;
    /// assert!(head.starts_with(b"POST /api/global/em/jsonv2 HTTP/1.1\r\n"));
    /// # Ok::<(), snow_token_core::http1::RequestError>(())
    /// ```
    pub const fn events(host: &'a str, body_len: usize) -> Self {
        Self::new(Method::Post, host, EVENT_API).with_body(JSON, body_len)
    }

    /// `POST /api/mid/em/jsonv2`: the same by way of a MID server, which is the `host`.
    pub const fn events_by_mid(host: &'a str, body_len: usize) -> Self {
        Self::new(Method::Post, host, MID_EVENT_API).with_body(JSON, body_len)
    }

    /// Asks the Table API to leave the record out of its answer (`X-no-response-body`): an
    /// incident has several kilobytes.
    #[must_use]
    pub const fn without_response_body(mut self) -> Self {
        self.wants_response_body = false;
        self
    }
}

const fn record<'a>(api: &'static str, table: &'a str) -> Target<'a> {
    Target::Record {
        api,
        table,
        sys_id: None,
        query: TableQuery {
            query: None,
            fields: None,
            limit: None,
        },
    }
}
