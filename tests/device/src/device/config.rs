//! What the device is told: lines of `name=value`.

use std::{
    fmt,
    io::{self, Write},
};

use tempfile::NamedTempFile;

/// What the device is told.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DeviceConfig(Vec<(String, String)>);

impl DeviceConfig {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says a value; what was said under that name before is forgotten.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.set(name, value);
        self
    }

    /// [`with`](Self::with), in place.
    pub fn set(&mut self, name: &str, value: impl ToString) {
        self.remove(name);
        self.0.push((name.to_owned(), value.to_string()));
    }

    /// Says one value more under a name that can have several.
    pub fn add(&mut self, name: &str, value: impl ToString) {
        self.0.push((name.to_owned(), value.to_string()));
    }

    /// Forgets all values of a name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(set, _)| set != name);
    }

    /// Writes it into a file, which is there until the returned value is dropped.
    ///
    /// # Errors
    /// Where that cannot be done.
    pub fn to_file(&self) -> io::Result<NamedTempFile> {
        let mut file = tempfile::Builder::new()
            .prefix("device-")
            .suffix(".conf")
            .tempfile()?;
        for (name, value) in &self.0 {
            writeln!(file, "{name}={value}")?;
        }
        file.flush()?;
        Ok(file)
    }
}

/// Names alone: there are secrets among the values.
impl fmt::Debug for DeviceConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}
