//! Secrets: from the environment, a file, standard input, or the person at the keyboard.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{
    keys::Key,
    sources::{Found, Origin, Sources, check_characters},
};
use crate::error::Error;

/// The name by which a file stands for standard input.
pub(super) const STANDARD_INPUT: &str = "-";

const SECRET_FILE_LIMIT: u64 = 64 * 1024;
/// A private key of RSA-4096 in PEM has some 3,200 bytes, and nothing that is typed has more.
const USUAL_INPUT_LEN: u64 = 8 * 1024;
const PUBLIC_FILE_LIMIT: u64 = 16 * 1024 * 1024;

impl Sources {
    /// The secret, from its variable or from a file. A flag goes before the environment, and that
    /// before the profile; two variables that contradict each other are an error.
    pub(super) fn secret(&self, key: Key, file_key: Key) -> Result<Option<SecretString>, Error> {
        match self.where_secret_stands(key, file_key)? {
            None => Ok(None),
            Some(SecretPlace::Variable(found)) => {
                checked_secret(&found.origin, &found.text).map(Some)
            }
            Some(SecretPlace::File(file)) => {
                let text = self.read_secret_file(&file)?;
                checked_secret(&file.origin, &text).map(Some)
            }
        }
    }

    /// The secret, for who asks for a token or sends a request; empty where nobody does.
    pub(super) fn require_secret(&self, key: Key, file_key: Key) -> Result<SecretString, Error> {
        match self.leaves_secrets_out {
            true => Ok(SecretString::from("")),
            false => self.secret_or_prompt(key, file_key),
        }
    }

    /// The secret, which is asked for where it is not set and somebody is there to ask.
    pub(super) fn secret_or_prompt(&self, key: Key, file_key: Key) -> Result<SecretString, Error> {
        if let Some(secret) = self.secret(key, file_key)? {
            return Ok(secret);
        }
        let Some(prompt) = self.prompt else {
            let what = format!("neither {key} nor {file_key} is set");
            return Err(Error::configuration(what));
        };
        let text = prompt(key.help).map_err(|error| {
            Error::configuration(format!(
                "{key} is not set, and could not be asked for: {error}"
            ))
        })?;
        checked_secret(&Origin::Variable(key.variable), &text)
    }

    /// Whether the secret is set, without reading it.
    pub(super) fn has_secret(&self, key: Key, file_key: Key) -> Result<bool, Error> {
        Ok(self.where_secret_stands(key, file_key)?.is_some())
    }

    /// Where the secret is to be had from, without reading it.
    pub(super) fn where_secret_stands(
        &self,
        key: Key,
        file_key: Key,
    ) -> Result<Option<SecretPlace>, Error> {
        if let Some(file) = self.flag(file_key) {
            return Ok(Some(SecretPlace::File(file)));
        }
        match (self.variable(key)?, self.variable(file_key)?) {
            (Some(_), Some(_)) => Err(Error::configuration(format!(
                "{} and {} are both set",
                key.variable, file_key.variable
            ))
            .with_advice(["keep one of them: it is not clear which secret is meant"])),
            (Some(secret), None) => Ok(Some(SecretPlace::Variable(secret))),
            (None, Some(file)) => Ok(Some(SecretPlace::File(file))),
            (None, None) => Ok(self.in_profile(file_key).map(SecretPlace::File)),
        }
    }

    /// The bytes of a file with a secret in it, or of standard input.
    pub(super) fn read_secret_bytes(&self, file: &Found) -> Result<Zeroizing<Vec<u8>>, Error> {
        let origin = &file.origin;
        if file.text.trim() != STANDARD_INPUT {
            return read_file(
                origin,
                &file.path(),
                SECRET_FILE_LIMIT,
                refuse_if_others_can_read,
            );
        }
        let name = match origin {
            Origin::Flag(name) | Origin::Variable(name) => name,
            Origin::Profile { .. } => "the profile file",
        };
        if let Some(taken) = self.standard_input.replace(Some(name)) {
            let what =
                format!("{taken} and {name} both name standard input, which can be read once");
            return Err(Error::configuration(what));
        }
        let what = "standard input";
        read_limited(
            origin,
            what,
            io::stdin().lock(),
            SECRET_FILE_LIMIT,
            USUAL_INPUT_LEN,
        )
    }

    fn read_secret_file(&self, file: &Found) -> Result<Zeroizing<String>, Error> {
        let bytes = self.read_secret_bytes(file)?;
        match core::str::from_utf8(&bytes) {
            Ok(text) => Ok(Zeroizing::new(text.to_owned())),
            Err(_) => Err(file.error(format!("{} is not a text in UTF-8", *file.text))),
        }
    }
}

/// Where a secret is to be had from.
pub(super) enum SecretPlace {
    Variable(Found),
    /// The text names the file.
    File(Found),
}

impl SecretPlace {
    pub(super) fn origin(&self) -> &Origin {
        match self {
            Self::Variable(found) | Self::File(found) => &found.origin,
        }
    }
}

/// A line break at the end is dropped; other white space around the secret is left, for it may
/// belong to it, and warned of.
fn checked_secret(origin: &Origin, text: &str) -> Result<SecretString, Error> {
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(Error::configuration(format!(
            "{origin}: the secret is empty"
        )));
    }
    check_characters(origin, text)?;
    if text.trim() != text {
        tracing::warn!(
            "{origin}: the secret begins or ends with white space; was that pasted along?"
        );
    }
    Ok(SecretString::from(text))
}

/// Reads a file that is no secret, such as a certificate.
pub(super) fn read_public_file(found: &Found) -> Result<Vec<u8>, Error> {
    let bytes = read_file(
        &found.origin,
        &found.path(),
        PUBLIC_FILE_LIMIT,
        |_, _, _| Ok(()),
    )?;
    Ok(bytes.to_vec())
}

/// Reads a file with a secret in it that a setting named earlier.
pub(crate) fn reread_secret_file(
    variable: &'static str,
    path: &Path,
) -> Result<SecretString, Error> {
    let origin = Origin::Variable(variable);
    let bytes = read_file(&origin, path, SECRET_FILE_LIMIT, refuse_if_others_can_read)?;
    let text = core::str::from_utf8(&bytes).map_err(|_| {
        Error::configuration(format!(
            "{origin}: {} is not a text in UTF-8",
            path.display()
        ))
    })?;
    checked_secret(&origin, text)
}

/// Reads a file with a secret in it that an argument names; `-` is standard input.
#[cfg(feature = "keys")]
pub(crate) fn read_secret_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    const WHOSE: Origin = Origin::Flag("KEYFILE");
    if path == Path::new(STANDARD_INPUT) {
        return read_limited(
            &WHOSE,
            "standard input",
            io::stdin().lock(),
            SECRET_FILE_LIMIT,
            USUAL_INPUT_LEN,
        );
    }
    read_file(&WHOSE, path, SECRET_FILE_LIMIT, refuse_if_others_can_read)
}

/// Reads a file of at most `limit` bytes whose metadata pass `check`.
fn read_file(
    origin: &Origin,
    path: &Path,
    limit: u64,
    check: impl FnOnce(&Origin, &Path, &fs::Metadata) -> Result<(), Error>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let failed =
        |error| Error::configuration(format!("{origin}: cannot read {}: {error}", path.display()));
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    check(origin, path, &metadata)?;
    read_limited(
        origin,
        &path.display().to_string(),
        file,
        limit,
        metadata.len(),
    )
}

/// Reads what has `usual_len` bytes most likely: a buffer that grows leaves a part of the secret where it
/// was.
fn read_limited(
    origin: &Origin,
    name: &str,
    file: impl Read,
    limit: u64,
    usual_len: u64,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let capacity = usize::try_from(usual_len.min(limit)).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    let read = file.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| Error::configuration(format!("{origin}: cannot read {name}: {error}")))?;
    if bytes.len() as u64 > limit {
        return Err(Error::configuration(format!(
            "{origin}: {name} has more than {limit} bytes"
        )));
    }
    Ok(bytes)
}

#[cfg(unix)]
fn refuse_if_others_can_read(
    origin: &Origin,
    path: &Path,
    metadata: &fs::Metadata,
) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    match metadata.is_file() && metadata.permissions().mode() & 0o007 != 0 {
        true => Err(Error::configuration(format!(
            "{origin}: every user of this machine can read {}",
            path.display()
        ))
        .with_advice([format!("chmod 600 {}", path.display())])),
        false => Ok(()),
    }
}

/// Elsewhere files have lists of who may read them, and files of a user are private by default.
#[cfg(not(unix))]
fn refuse_if_others_can_read(_: &Origin, _: &Path, _: &fs::Metadata) -> Result<(), Error> {
    Ok(())
}
