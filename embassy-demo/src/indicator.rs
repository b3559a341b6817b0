//! What the gateway shows to who stands before it.

/// How far the gateway has come, and what it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum State {
    /// Waits for the network: cable, address.
    Network,
    /// Waits for the time, without which no certificate can be judged.
    Time,
    /// Looks for the instance and connects to it.
    Connecting,
    /// TCP is connected; the TLS handshake runs.
    Handshaking,
    /// The server has proved who it is; a token is asked for.
    Authenticating,
    /// Everything is well: the token is good, readings go out as they come.
    Online,
    /// Something did not work and will be tried again by itself.
    Waiting,
    /// The instance refuses the gateway's credentials: somebody has to look.
    Stopped,
}

/// Lights, a display, or a line on a console.
pub trait Indicator {
    /// Called whenever the state changes; the same state may come twice.
    fn show(&mut self, state: State);
}

impl<I: Indicator> Indicator for &mut I {
    fn show(&mut self, state: State) {
        (**self).show(state);
    }
}
