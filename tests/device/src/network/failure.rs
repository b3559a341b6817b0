//! How a connection fails, and how frames get lost.

/// A direction, as seen from the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the device.
    FromDevice,
    /// To the device.
    ToDevice,
}

/// What happens to a TCP connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// It is reset (RST), at both ends.
    Reset,
    /// Nothing is carried any longer; neither end is told.
    Freeze,
    /// It is closed (FIN), at both ends.
    Close,
}

/// What happens to a connection once so many bytes were carried in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// What.
    pub happening: Happening,
    /// In which direction bytes are counted.
    pub direction: Direction,
    /// How many of them still pass.
    pub after_bytes: u64,
}

impl Failure {
    /// A failure as soon as the connection stands.
    pub fn at_once(happening: Happening) -> Self {
        Self::after(happening, Direction::FromDevice, 0)
    }

    /// A failure after so many bytes in that direction.
    pub fn after(happening: Happening, direction: Direction, after_bytes: u64) -> Self {
        Self {
            happening,
            direction,
            after_bytes,
        }
    }
}

/// Which frames get lost in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Loss {
    /// None.
    #[default]
    None,
    /// All.
    All,
    /// The next ones, so many.
    Next(u32),
    /// Each whose number can be divided by this.
    Every(u32),
}

/// [`Loss`], and how far it has come.
#[derive(Debug, Default)]
pub(super) struct Losses {
    loss: Loss,
    seen: u32,
}

impl Losses {
    pub(super) fn set(&mut self, loss: Loss) {
        *self = Self { loss, seen: 0 };
    }

    /// Whether the next frame is lost.
    pub(super) fn strikes(&mut self) -> bool {
        self.seen = self.seen.wrapping_add(1);
        match self.loss {
            Loss::None => false,
            Loss::All => true,
            Loss::Next(count) => self.seen <= count,
            Loss::Every(number) => self.seen.is_multiple_of(number.max(1)),
        }
    }
}
