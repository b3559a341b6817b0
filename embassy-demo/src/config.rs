//! What a gateway must be told, from a text of lines `name=value`.
//!
//! The text is provisioned beside the firmware, never within it: a page of flash of its own on a
//! board, a file on a desktop. It ends at the first byte that no text has (erased flash).
//!
//! | Name | Value |
//! |---|---|
//! | `instance` | the host, with `:port` where that is not 443 |
//! | `client_id`, `client_secret` | of the registry entry; without the secret a public client, for JWT bearer alone |
//! | `jwt_subject`, `jwt_key`, `jwt_kid` | JWT bearer: the user, the P-256 key (PKCS#8 or SEC 1, DER, in base64), the verifier map's `kid` if there is one |
//! | `root` | a root certificate beside the built-in ones (DER in base64: a PEM file's lines without the first and last, joined); up to four times |
//! | `target` | `table:NAME`, `import:STAGING_TABLE`, `events`, or `mid-events` by way of a MID server |
//! | `name_column` | the column with a record's name: `correlation_id` for tables, `u_correlation_id` for import sets, unless told |
//! | `time_column` | the column with the time of a reading; none unless told. Events have theirs |
//! | `device` | the gateway's name, in the name of each record; letters, digits, `-`, `_` and `.` |
//! | `address`, `gateway`, `dns` | `192.168.1.7/24` and the two servers' addresses; DHCP unless told |
//! | `time_server` | the SNTP server; `time.cloudflare.com` unless told |
//! | `timeout_s` | of each step on the network; 30 unless told |
//! | `backoff_cap_s` | the longest wait after a failure; 300 unless told |
//! | `settle_s` | after a lost answer, the time before the record is looked up; 60 unless told |
//! | `spread_s` | for one of a fleet: over how long its token requests are spread, so that gateways whose power or network comes back together do not ask together; 60 unless told, 0 is at once |
//! | `retry_stopped_s` | after a stop, the time until the instance is asked again; 3600 unless told |
//! | `keep_alive_s` | how long an idle connection is kept; 20 unless told |
//! | `when_full` | `drop-oldest` or `drop-newest`; the first unless told |
//! | `interval_ms` | between two readings of the demonstration's sensor; 1000 unless told |
//! | `readings` | how many it takes; no end unless told |
//!
//! Empty lines and those that begin with `#` do not count. Blanks around a value do not belong to
//! it. A line that is not understood is an error: a mistyped name must not be passed over.

use core::{
    fmt,
    net::Ipv4Addr,
    str::{self, FromStr},
};

use base64ct::{Base64, Encoding};
use heapless::Vec;
use snow_token_core::outbox::Settings;

use crate::tls::CertificateDer;

/// How many roots of the user's own there can be.
pub const MAX_ROOTS: usize = 4;

/// How long a gateway's name can be, in bytes.
pub const MAX_DEVICE_LEN: usize = 40;

/// A length in bytes that usually does for the memory that certificates and the key are decoded into:
/// two roots with EC keys, or one with an RSA key, and the key.
pub const DECODED_LEN: usize = 1_536;

/// What a gateway must be told. Secrets are redacted in `Debug`.
#[derive(Debug, Clone)]
pub struct Config<'a> {
    /// The instance.
    pub instance: Host<'a>,
    /// How the gateway gets its token.
    pub login: Login<'a>,
    /// Root certificates of the user's own, in DER.
    pub roots: Vec<CertificateDer<'a>, MAX_ROOTS>,
    /// What the readings become.
    pub target: Target<'a>,
    /// The column with the time of a reading.
    pub time_column: Option<&'a str>,
    /// The gateway's name.
    pub device: &'a str,
    /// The gateway's own address.
    pub address: Address,
    /// The SNTP server.
    pub time_server: Host<'a>,
    /// Of each step on the network, in seconds.
    pub timeout_secs: u32,
    /// The longest wait after a failure, in seconds.
    pub backoff_cap_secs: u32,
    /// Over how long the token requests of a fleet are spread, in seconds.
    pub spread_secs: u32,
    /// After a lost answer, the time before the record is looked up, in seconds.
    pub settle_secs: u32,
    /// After a stop, the time until the instance is asked again, in seconds.
    pub retry_stopped_secs: u32,
    /// How long an idle connection is kept, in seconds.
    pub keep_alive_secs: u32,
    /// Whether a full queue drops the oldest reading, or else the newest.
    pub drops_oldest: bool,
    /// Between two readings of the demonstration's sensor, in milliseconds.
    pub interval_ms: u32,
    /// How many readings the demonstration's sensor takes; `None` for no end.
    pub readings: Option<u32>,
}

/// A host and a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Host<'a> {
    /// As it stands in the `Host` header: the name, with the port where that is not the usual one.
    pub authority: &'a str,
    /// The name or address alone.
    pub name: &'a str,
    /// The port.
    pub port: u16,
}

/// How the gateway gets its token.
#[derive(Clone, Copy)]
pub enum Login<'a> {
    /// RFC 6749 §4.4.
    ClientCredentials {
        /// The client's ID.
        client_id: &'a str,
        /// The client's secret.
        client_secret: &'a str,
    },
    /// RFC 7523, with ES256.
    #[cfg(feature = "jwt-bearer")]
    JwtBearer {
        /// The client's ID.
        client_id: &'a str,
        /// The client's secret; a public client has none.
        client_secret: Option<&'a str>,
        /// The user.
        subject: &'a str,
        /// Which verifier map; `None` where there is one alone.
        key_id: Option<&'a str>,
        /// The P-256 key, in DER.
        key: &'a [u8],
    },
}

impl fmt::Debug for Login<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClientCredentials { .. } => "ClientCredentials([redacted])",
            #[cfg(feature = "jwt-bearer")]
            Self::JwtBearer { .. } => "JwtBearer([redacted])",
        })
    }
}

/// What the readings become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// Records of a table, by the Table API.
    Table {
        /// The table.
        name: &'a str,
        /// The column by which a record that may be there is looked up.
        name_column: &'a str,
    },
    /// Rows of a staging table, by the Import Set API.
    ImportSet {
        /// The staging table.
        name: &'a str,
        /// The column that the transform map coalesces on.
        name_column: &'a str,
    },
    /// Events, of the instance or by way of a MID server.
    Events {
        /// Whether the host is a MID server.
        by_mid: bool,
    },
}

/// The gateway's own address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// From a DHCP server.
    Dhcp,
    /// Always the same.
    Static {
        /// The address.
        address: Ipv4Addr,
        /// The length of the network's prefix.
        prefix_len: u8,
        /// The router.
        gateway: Ipv4Addr,
        /// The name server.
        dns: Ipv4Addr,
    },
}

/// What is wrong with a configuration. A value is never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ConfigError {
    /// There is no text: nothing was provisioned.
    Empty,
    /// A line is not UTF-8, or has no `=`.
    Line {
        /// Its number, from 1.
        line: u16,
    },
    /// A name that is not known, or of a feature that the firmware does not have.
    Name {
        /// The number of its line, from 1.
        line: u16,
    },
    /// A name that was there before.
    Twice {
        /// The number of its second line.
        line: u16,
    },
    /// A value that makes no sense under its name.
    Value {
        /// The number of its line.
        line: u16,
    },
    /// The certificates and the key need more memory than there is.
    Memory {
        /// The number of the line that did not fit.
        line: u16,
    },
    /// A name that must be there is not.
    Missing(&'static str),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no configuration: provision one"),
            Self::Line { line } => write!(f, "configuration, line {line}: not name=value"),
            Self::Name { line } => write!(f, "configuration, line {line}: an unknown name"),
            Self::Twice { line } => write!(f, "configuration, line {line}: given twice"),
            Self::Value { line } => write!(f, "configuration, line {line}: the value is not valid"),
            Self::Memory { line } => write!(f, "configuration, line {line}: no memory left"),
            Self::Missing(name) => write!(f, "configuration: {name} is missing"),
        }
    }
}

impl core::error::Error for ConfigError {}

/// The values as they come, before it is known that they are all there.
#[derive(Default)]
struct Values<'a> {
    instance: Option<Host<'a>>,
    client_id: Option<&'a str>,
    client_secret: Option<&'a str>,
    #[cfg(feature = "jwt-bearer")]
    jwt_subject: Option<&'a str>,
    #[cfg(feature = "jwt-bearer")]
    jwt_kid: Option<&'a str>,
    #[cfg(feature = "jwt-bearer")]
    jwt_key: Option<&'a [u8]>,
    roots: Vec<CertificateDer<'a>, MAX_ROOTS>,
    target: Option<TargetName<'a>>,
    name_column: Option<&'a str>,
    time_column: Option<&'a str>,
    device: Option<&'a str>,
    address: Option<(Ipv4Addr, u8)>,
    gateway: Option<Ipv4Addr>,
    dns: Option<Ipv4Addr>,
    time_server: Option<Host<'a>>,
    timeout_secs: Option<u32>,
    backoff_cap_secs: Option<u32>,
    spread_secs: Option<u32>,
    settle_secs: Option<u32>,
    retry_stopped_secs: Option<u32>,
    keep_alive_secs: Option<u32>,
    drops_oldest: Option<bool>,
    interval_ms: Option<u32>,
    readings: Option<u32>,
}

impl<'a> Config<'a> {
    /// Reads a configuration. Certificates and the key are decoded into `memory`, of which
    /// [`DECODED_LEN`] bytes usually do.
    ///
    /// # Errors
    /// [`ConfigError`], with the line.
    ///
    /// # Examples
    /// ```
    /// use snow_token_gateway::config::{Config, ConfigError, DECODED_LEN};
    ///
    /// let text = b"instance=dev12345.service-now.com\nclient_id=gateway\nclient_secret=hunter2\n\
    ///     target=table:u_reading\ndevice=pump-7\n\xff\xff\xff";
    /// let mut memory = [0; DECODED_LEN];
    /// let config = Config::parse(text, &mut memory)?;
    /// assert_eq!(config.instance.port, 443);
    ///
    /// let mistyped = b"instanse=dev12345.service-now.com";
    /// let error = Config::parse(mistyped, &mut []).unwrap_err();
    /// assert_eq!(error, ConfigError::Name { line: 1 });
    /// # Ok::<(), ConfigError>(())
    /// ```
    pub fn parse(text: &'a [u8], memory: &'a mut [u8]) -> Result<Self, ConfigError> {
        let end = text.iter().position(|byte| matches!(byte, 0 | 0xff));
        let text = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
        if text.trim_ascii().is_empty() {
            return Err(ConfigError::Empty);
        }
        let mut values = Values::default();
        let mut memory = memory;
        for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let number = u16::try_from(index.saturating_add(1)).unwrap_or(u16::MAX);
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            let line = str::from_utf8(line).map_err(|_| ConfigError::Line { line: number })?;
            let (name, value) = line
                .split_once('=')
                .ok_or(ConfigError::Line { line: number })?;
            values.set(number, name.trim_end(), value.trim_start(), &mut memory)?;
        }
        values.into_config()
    }
}

impl<'a> Values<'a> {
    fn set(
        &mut self,
        line: u16,
        name: &str,
        value: &'a str,
        memory: &mut &'a mut [u8],
    ) -> Result<(), ConfigError> {
        let slot = Slot { line };
        match name {
            "instance" => slot.put(&mut self.instance, Host::parse(value, 443)),
            "client_id" => slot.put(&mut self.client_id, text(value)),
            "client_secret" => slot.put(&mut self.client_secret, text(value)),
            #[cfg(feature = "jwt-bearer")]
            "jwt_subject" => slot.put(&mut self.jwt_subject, text(value)),
            #[cfg(feature = "jwt-bearer")]
            "jwt_kid" => slot.put(&mut self.jwt_kid, text(value)),
            #[cfg(feature = "jwt-bearer")]
            "jwt_key" => {
                let key = slot.decode(value, memory)?;
                slot.put(&mut self.jwt_key, Some(key))
            }
            "root" => {
                let root = CertificateDer::from(slot.decode(value, memory)?);
                self.roots
                    .push(root)
                    .map_err(|_| ConfigError::Memory { line })
            }
            "target" => slot.put(&mut self.target, TargetName::parse(value)),
            "name_column" => slot.put(&mut self.name_column, column(value)),
            "time_column" => slot.put(&mut self.time_column, column(value)),
            "device" => slot.put(&mut self.device, device_name(value)),
            "address" => slot.put(&mut self.address, network_address(value)),
            "gateway" => slot.put(&mut self.gateway, value.parse().ok()),
            "dns" => slot.put(&mut self.dns, value.parse().ok()),
            "time_server" => slot.put(&mut self.time_server, Host::parse(value, 123)),
            "timeout_s" => slot.put(&mut self.timeout_secs, some_seconds(value)),
            "backoff_cap_s" => slot.put(&mut self.backoff_cap_secs, seconds(value)),
            "spread_s" => slot.put(&mut self.spread_secs, seconds(value)),
            "settle_s" => slot.put(&mut self.settle_secs, seconds(value)),
            "retry_stopped_s" => slot.put(&mut self.retry_stopped_secs, some_seconds(value)),
            "keep_alive_s" => slot.put(&mut self.keep_alive_secs, seconds(value)),
            "when_full" => {
                let drops_oldest = match value {
                    "drop-oldest" => Some(true),
                    "drop-newest" => Some(false),
                    _ => None,
                };
                slot.put(&mut self.drops_oldest, drops_oldest)
            }
            "interval_ms" => {
                let interval = u32::from_str(value).ok().filter(|ms| *ms > 0);
                slot.put(&mut self.interval_ms, interval)
            }
            "readings" => slot.put(&mut self.readings, value.parse().ok()),
            _ => Err(ConfigError::Name { line }),
        }
    }

    fn into_config(self) -> Result<Config<'a>, ConfigError> {
        let missing = ConfigError::Missing;
        Ok(Config {
            instance: self.instance.ok_or(missing("instance"))?,
            login: self.login()?,
            target: self.target()?,
            address: self.own_address()?,
            time_column: self.time_column,
            device: self.device.ok_or(missing("device"))?,
            time_server: self.time_server.unwrap_or(DEFAULT_TIME_SERVER),
            timeout_secs: self.timeout_secs.unwrap_or(30),
            backoff_cap_secs: self.backoff_cap_secs.unwrap_or(300),
            settle_secs: self.settle_secs.unwrap_or(Settings::DEFAULT.settle_secs),
            spread_secs: self.spread_secs.unwrap_or(60),
            retry_stopped_secs: self.retry_stopped_secs.unwrap_or(3_600),
            keep_alive_secs: self.keep_alive_secs.unwrap_or(20),
            drops_oldest: self.drops_oldest.unwrap_or(true),
            interval_ms: self.interval_ms.unwrap_or(1_000),
            readings: self.readings,
            roots: self.roots,
        })
    }

    fn login(&self) -> Result<Login<'a>, ConfigError> {
        let client_id = self.client_id.ok_or(ConfigError::Missing("client_id"))?;
        #[cfg(feature = "jwt-bearer")]
        if self.jwt_key.is_some() || self.jwt_subject.is_some() || self.jwt_kid.is_some() {
            return Ok(Login::JwtBearer {
                client_id,
                client_secret: self.client_secret,
                subject: self
                    .jwt_subject
                    .ok_or(ConfigError::Missing("jwt_subject"))?,
                key_id: self.jwt_kid,
                key: self.jwt_key.ok_or(ConfigError::Missing("jwt_key"))?,
            });
        }
        let client_secret = self.client_secret;
        Ok(Login::ClientCredentials {
            client_id,
            client_secret: client_secret.ok_or(ConfigError::Missing("client_secret"))?,
        })
    }

    fn target(&self) -> Result<Target<'a>, ConfigError> {
        let column = |default| self.name_column.unwrap_or(default);
        Ok(match self.target.ok_or(ConfigError::Missing("target"))? {
            TargetName::Table(name) => Target::Table {
                name,
                name_column: column("correlation_id"),
            },
            TargetName::ImportSet(name) => Target::ImportSet {
                name,
                name_column: column("u_correlation_id"),
            },
            TargetName::Events { by_mid } => Target::Events { by_mid },
        })
    }

    fn own_address(&self) -> Result<Address, ConfigError> {
        let Some((address, prefix_len)) = self.address else {
            if self.gateway.is_some() || self.dns.is_some() {
                return Err(ConfigError::Missing("address"));
            }
            return Ok(Address::Dhcp);
        };
        Ok(Address::Static {
            address,
            prefix_len,
            gateway: self.gateway.ok_or(ConfigError::Missing("gateway"))?,
            dns: self.dns.ok_or(ConfigError::Missing("dns"))?,
        })
    }
}

/// A target as it is written, its columns unknown.
#[derive(Clone, Copy)]
enum TargetName<'a> {
    Table(&'a str),
    ImportSet(&'a str),
    Events { by_mid: bool },
}

impl<'a> TargetName<'a> {
    fn parse(value: &'a str) -> Option<Self> {
        match value.split_once(':') {
            Some(("table", name)) => column(name).map(Self::Table),
            Some(("import", name)) => column(name).map(Self::ImportSet),
            None if value == "events" => Some(Self::Events { by_mid: false }),
            None if value == "mid-events" => Some(Self::Events { by_mid: true }),
            _ => None,
        }
    }
}

const DEFAULT_TIME_SERVER: Host<'static> = Host {
    authority: "time.cloudflare.com",
    name: "time.cloudflare.com",
    port: 123,
};

impl<'a> Host<'a> {
    /// A name or an IPv4 address, with a port or without.
    fn parse(authority: &'a str, default_port: u16) -> Option<Self> {
        let (name, port) = match authority.split_once(':') {
            None => (authority, default_port),
            Some((name, port)) => (name, port.parse().ok()?),
        };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        let is_host = !name.is_empty() && name.len() <= 253 && name.bytes().all(is_name);
        (is_host && port != 0).then_some(Self {
            authority,
            name,
            port,
        })
    }
}

/// The line that a value stands in, for what is wrong with it.
struct Slot {
    line: u16,
}

impl Slot {
    fn put<T>(&self, slot: &mut Option<T>, value: Option<T>) -> Result<(), ConfigError> {
        let line = self.line;
        if slot.is_some() {
            return Err(ConfigError::Twice { line });
        }
        *slot = Some(value.ok_or(ConfigError::Value { line })?);
        Ok(())
    }

    /// Decodes base64 into the front of the memory, and leaves the rest of it there.
    fn decode<'a>(&self, value: &str, memory: &mut &'a mut [u8]) -> Result<&'a [u8], ConfigError> {
        let line = self.line;
        let padding = value.bytes().rev().take_while(|byte| *byte == b'=').count();
        let len = (value.len() / 4).saturating_mul(3).saturating_sub(padding);
        let all = core::mem::take(memory);
        let Some((front, rest)) = all.split_at_mut_checked(len) else {
            return Err(ConfigError::Memory { line });
        };
        *memory = rest;
        match Base64::decode(value, front) {
            Ok(decoded) if !decoded.is_empty() => Ok(decoded),
            _ => Err(ConfigError::Value { line }),
        }
    }
}

fn text(value: &str) -> Option<&str> {
    Some(value).filter(|value| !value.is_empty())
}

/// A column's or table's name.
fn column(value: &str) -> Option<&str> {
    let is_it = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text(value).filter(|value| value.len() <= 80 && value.bytes().all(is_it))
}

fn device_name(value: &str) -> Option<&str> {
    let is_it = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text(value).filter(|value| value.len() <= MAX_DEVICE_LEN && value.bytes().all(is_it))
}

fn network_address(value: &str) -> Option<(Ipv4Addr, u8)> {
    let (address, prefix_len) = value.split_once('/')?;
    let prefix_len = prefix_len.parse().ok().filter(|len| *len <= 32)?;
    Some((address.parse().ok()?, prefix_len))
}

/// As many as the session's clock can count.
fn seconds(value: &str) -> Option<u32> {
    u32::from_str(value).ok().filter(|secs| *secs <= 1_000_000)
}

/// The same, and not 0.
fn some_seconds(value: &str) -> Option<u32> {
    seconds(value).filter(|secs| *secs > 0)
}
