//! By what a record is told from all others.

use crate::buffer::{BufferTooSmall, Writer, as_text, lower_hex_digit};

/// A record's series and its number in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct RecordId {
    /// Random, another one at each start of the device.
    pub series: u32,
    /// Counts from 0 in each series.
    pub sequence: u32,
}

impl RecordId {
    /// How many bytes a name has at most beside the device's.
    pub const MAX_SUFFIX_LEN: usize = 20;

    /// Writes the name under which the instance knows the record: the device's name, the series in
    /// hexadecimal and the sequence number.
    ///
    /// The device's name is of letters, digits and hyphens, for a query would read other characters
    /// as its own. **ServiceNow** cuts what is longer than its column, and a cut name is not found
    /// again: `correlation_id` takes 100 characters, a column of the customer's own 40 unless it was
    /// made longer.
    ///
    /// # Errors
    /// [`BufferTooSmall`]; the device's name and [`MAX_SUFFIX_LEN`](Self::MAX_SUFFIX_LEN) bytes
    /// always do.
    ///
    /// # Examples
    /// ```
    /// use snow_token_core::outbox::RecordId;
    ///
    /// let id = RecordId { series: 0x5f3a_9c01, sequence: 42 };
    /// let mut buf = [0; 64];
    /// assert_eq!(id.name("gateway-7", &mut buf)?, "gateway-7-5f3a9c01-42");
    /// # Ok::<(), snow_token_core::BufferTooSmall>(())
    /// ```
    pub fn name<'b>(&self, device: &str, buf: &'b mut [u8]) -> Result<&'b str, BufferTooSmall> {
        let mut out = Writer::new(buf);
        out.push(device.as_bytes());
        out.push(b"-");
        for nibble in self
            .series
            .to_be_bytes()
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 0xf])
        {
            out.push(&[lower_hex_digit(nibble)]);
        }
        out.push(b"-");
        out.push_decimal(usize::try_from(self.sequence).unwrap_or(usize::MAX));
        out.finish().map(|name| as_text(name))
    }
}
