//! What the firmware says, in one place: tests wait for these words.

/// It has an address.
pub const ADDRESS: &str = "INFO address 10.0.2.15";
/// It has no address any longer.
pub const NO_ADDRESS: &str = "no address";
/// It knows the time.
pub const TIME: &str = "INFO time ";
/// It does not know the time, and why.
pub const CLOCK_NOT_SET: &str = "clock not set";
/// The server has proved who it is.
pub const VERIFIED: &str = "TLS 1.3, verified";
/// There is no TLS, and why.
pub const NO_TLS: &str = "no TLS: ";
/// There is no connection, and why.
pub const NO_CONNECTION: &str = "no connection to ";
/// The name has no address, and why.
pub const NO_NAME: &str = "no address for ";
/// A token has come.
pub const TOKEN_RECEIVED: &str = " received";
/// No token has come, and why.
pub const NO_TOKEN: &str = "no token: ";
/// An API has refused the token.
pub const UNAUTHORIZED: &str = "an API answered 401";
/// It asks for no more tokens, and why.
pub const STOPPED: &str = "stopped: ";
/// It keeps what could not be sent.
pub const READINGS_KEPT: &str = "the readings are kept";
/// The instance has said that it does not have a reading, and why.
pub const NOT_STORED: &str = " is not stored: ";
/// The instance's answer to a reading was lost.
pub const IN_DOUBT: &str = " may be stored or not";
/// A reading was refused for its own sake, too often.
pub const SET_ASIDE: &str = "set aside";
/// The configuration is not understood, and where.
pub const CONFIGURATION: &str = "configuration, line ";
/// The clock was wrong.
pub const CLOCK_CORRECTED: &str = "clock corrected";

/// Why there is no TLS.
pub mod tls {
    /// Another root.
    pub const UNKNOWN_ISSUER: &str = "from an issuer that is not trusted here";
    /// Another host's certificate.
    pub const WRONG_NAME: &str = "is for another name";
    /// The certificate has run out.
    pub const EXPIRED: &str = "certificate expired at ";
    /// The certificate is not valid yet.
    pub const NOT_YET_VALID: &str = "is valid from ";
    /// Signed by what is no authority.
    pub const ISSUER_MAY_NOT_SIGN: &str = "from an issuer that may not sign it";
    /// A certificate for clients.
    pub const NOT_FOR_SERVERS: &str = "is not one for servers";
    /// A bit of a certificate's signature is wrong.
    pub const BAD_SIGNATURE: &str = "the signature of a certificate of the server is wrong";
    /// The proof was left out, or is wrong.
    pub const NOT_PROVED: &str = "did not prove that it has the key";
    /// Too old a server.
    pub const ONLY_TLS12: &str = "speaks TLS 1.2 only";
    /// The server says nothing.
    pub const NO_ANSWER: &str = "the server does not answer";
}

/// The words of a state on the console.
pub mod state {
    /// It waits for the network.
    pub const NETWORK: &str = "state: network";
    /// It waits for the time.
    pub const TIME: &str = "state: time";
    /// It connects.
    pub const CONNECTING: &str = "state: connecting";
    /// TLS begins.
    pub const HANDSHAKING: &str = "state: handshaking";
    /// It asks for a token.
    pub const AUTHENTICATING: &str = "state: authenticating";
    /// All is well.
    pub const ONLINE: &str = "state: online";
    /// It waits after a failure.
    pub const WAITING: &str = "state: waiting";
    /// Somebody has to look.
    pub const STOPPED: &str = "state: stopped";
}
