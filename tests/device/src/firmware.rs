//! Where the firmware comes from: a folder of finished ones, or a build.

use std::{
    env, fs,
    fs::File,
    io,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Mutex,
};

use serde_json::Value;

use crate::{cortex_m, error::BootError};

/// A Cortex-M4F.
pub const TARGET: &str = "thumbv7em-none-eabihf";
/// Names a folder with a file for each [`Variant`], named as [`Variant::file_name`] says.
pub const FOLDER_VARIABLE: &str = "SNOW_TOKEN_FIRMWARE_DIR";

const BOARDS: &str = "snow-token-boards";
const BOARD: &str = "qemu-mps2-an386";
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const WRAPPER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rustc-for-stack-sizes");

/// The firmware of the board in QEMU, with one set of features or another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Firmware {
    /// Client credentials, certificates with P-256 keys alone.
    P256,
    /// With P-384 keys too, as the gateway is by default.
    #[default]
    P384,
    /// JWT bearer beside client credentials.
    JwtBearer,
    /// Certificates with RSA keys too.
    Rsa,
}

impl Firmware {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::P256, Self::P384, Self::JwtBearer, Self::Rsa];

    /// What it is called.
    pub fn file_name(self) -> String {
        Variant::from(self).file_name()
    }

    /// Its ELF file: from the folder that [`FOLDER_VARIABLE`] names, or else built, once in a
    /// process.
    ///
    /// # Errors
    /// Where it is not there, or cannot be built.
    pub fn elf(self) -> Result<PathBuf, BootError> {
        self.elf_with(Progress::Quiet)
    }

    /// [`elf`](Self::elf), with a build shown or not.
    ///
    /// # Errors
    /// As there.
    pub fn elf_with(self, progress: Progress) -> Result<PathBuf, BootError> {
        Variant::from(self).elf_with(progress)
    }
}

/// A firmware with what only figures of size ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Variant {
    /// What it can.
    pub firmware: Firmware,
    /// Whether the log's text is left out, as on a board, where `defmt` keeps it out of flash.
    pub is_silent: bool,
    /// Whether the buffer for TLS records is the small one.
    pub has_small_records: bool,
}

impl From<Firmware> for Variant {
    fn from(firmware: Firmware) -> Self {
        Self {
            firmware,
            ..Self::default()
        }
    }
}

impl Variant {
    /// What it is called.
    pub fn file_name(self) -> String {
        let mut name = format!("{BOARD}-");
        name.push_str(match self.firmware {
            Firmware::P256 => "p256",
            Firmware::P384 => "p384",
            Firmware::JwtBearer => "jwt-bearer",
            Firmware::Rsa => "rsa",
        });
        for feature in self.features_of_board() {
            name.push('-');
            name.push_str(feature);
        }
        name
    }

    fn features_of_board(self) -> impl Iterator<Item = &'static str> {
        let silent = self.is_silent.then_some("silent");
        let small_records = self.has_small_records.then_some("small-records");
        [silent, small_records].into_iter().flatten()
    }

    /// The features to build the package of boards with, the board itself among them.
    pub fn features(self) -> String {
        let of_gateway: &[&str] = match self.firmware {
            Firmware::P256 => &[],
            Firmware::P384 => &["p384"],
            Firmware::JwtBearer => &["p384", "jwt-bearer"],
            Firmware::Rsa => &["p384", "rsa"],
        };
        let mut features = BOARD.to_owned();
        for feature in of_gateway.iter().copied().chain(self.features_of_board()) {
            features.push(',');
            features.push_str(feature);
        }
        features
    }

    /// Its ELF file: from the folder that [`FOLDER_VARIABLE`] names, or else built, once in a
    /// process, and the build shown or not.
    ///
    /// # Errors
    /// Where it is not there, or cannot be built.
    pub fn elf_with(self, progress: Progress) -> Result<PathBuf, BootError> {
        if let Some(elf) = finished(&self.file_name())? {
            return Ok(elf);
        }
        static BUILT: Mutex<Vec<(Variant, PathBuf)>> = Mutex::new(Vec::new());
        let mut built = BUILT
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some((_, elf)) = built.iter().find(|(variant, _)| *variant == self) {
            return Ok(elf.clone());
        }
        let program = Program {
            package: BOARDS,
            bin: BOARD,
            target: TARGET,
            arguments: &["--no-default-features", "--features", &self.features()],
            file_name: &self.file_name(),
        };
        let elf = program.build(progress)?;
        built.push((self, elf.clone()));
        Ok(elf)
    }
}

/// The ELF file of that name in the folder that [`FOLDER_VARIABLE`] names, if it does.
///
/// # Errors
/// Where it is not there.
pub fn finished(file_name: &str) -> Result<Option<PathBuf>, BootError> {
    let Some(folder) = env::var_os(FOLDER_VARIABLE) else {
        return Ok(None);
    };
    let elf = Path::new(&folder).join(file_name);
    match elf.is_file() {
        true => Ok(Some(elf)),
        false => Err(BootError::Firmware(format!(
            "{} is not there, though {FOLDER_VARIABLE} is set",
            elf.display()
        ))),
    }
}

/// A board that one can buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Board {
    /// STM32H743ZI, with the Ethernet of the chip.
    NucleoH743zi,
    /// RP2350, with a W5500.
    W5500EvbPico2,
}

impl Board {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::NucleoH743zi, Self::W5500EvbPico2];

    /// Its program's name, and its feature's.
    pub fn name(self) -> &'static str {
        match self {
            Self::NucleoH743zi => "nucleo-h743zi",
            Self::W5500EvbPico2 => "w5500-evb-pico2",
        }
    }

    fn target(self) -> &'static str {
        match self {
            Self::NucleoH743zi => TARGET,
            Self::W5500EvbPico2 => "thumbv8m.main-none-eabihf",
        }
    }

    /// The ELF file of its firmware, with the features that are there by default. It is built.
    ///
    /// # Errors
    /// Where it cannot be built.
    pub fn elf_with(self, progress: Progress) -> Result<PathBuf, BootError> {
        let name = self.name();
        let program = Program {
            package: BOARDS,
            bin: name,
            target: self.target(),
            arguments: &["--features", name],
            file_name: name,
        };
        program.build(progress)
    }
}

/// A program for a chip, and how it is built.
#[derive(Debug, Clone, Copy)]
pub struct Program<'a> {
    /// The package that has it.
    pub package: &'a str,
    /// What the package calls it.
    pub bin: &'a str,
    /// For which chip.
    pub target: &'static str,
    /// Further arguments of `cargo build`, as the features.
    pub arguments: &'a [&'a str],
    /// What the ELF file is called: the next build may take the place of one with the program's own
    /// name.
    pub file_name: &'a str,
}

impl Program<'_> {
    /// Builds it in the profile `firmware`, and returns its ELF file.
    ///
    /// # Errors
    /// Where it cannot be built.
    pub fn build(&self, progress: Progress) -> Result<PathBuf, BootError> {
        self.build_by("build", &[], progress)
    }

    /// As [`build`](Self::build), and the ELF file says how large each function's frame is
    /// ([`Stacks::own_frames`](crate::elf::Stacks::own_frames)).
    ///
    /// # Errors
    /// As there.
    pub fn build_with_stack_sizes(&self, progress: Progress) -> Result<PathBuf, BootError> {
        self.build_by("rustc", &["--", "-Z", "emit-stack-sizes"], progress)
    }

    fn build_by(
        &self,
        command: &str,
        last: &[&str],
        progress: Progress,
    ) -> Result<PathBuf, BootError> {
        let &Self { target, .. } = self;
        let mut cargo = cortex_m::cargo(target).ok_or(BootError::NoTarget { target })?;
        // Cargo has one output for all feature sets: until it is copied, nobody else builds.
        let folder = Path::new(WORKSPACE).join("target/tmp");
        fs::create_dir_all(&folder)?;
        let lock = File::create(folder.join("firmware.lock"))?;
        lock.lock()?;

        if progress == Progress::Shown {
            let name = self.file_name;
            eprintln!("Building the firmware {name}; the first time takes a minute or two.");
        }
        cargo
            .args([command, "--package", self.package, "--bin", self.bin])
            .args(["--profile", "firmware", "--target", target])
            .args(self.arguments)
            .arg("--message-format=json-render-diagnostics")
            .args(last)
            // As `cargo` has it in the folder of the boards; where there is no defmt, it does nothing.
            .env("DEFMT_LOG", "info")
            .stdout(Stdio::piped())
            .stderr(match progress {
                Progress::Quiet => Stdio::piped(),
                Progress::Shown => Stdio::inherit(),
            });
        if !last.is_empty() {
            // For the option that is not stable.
            cargo.env("RUSTC_WRAPPER", WRAPPER);
        }
        let output = cargo.output()?;
        let built = match output.status.success() {
            true => executable(self.bin, &output.stdout),
            false => None,
        };
        let Some(built) = built else {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(BootError::Firmware(format!("it does not build\n{said}")));
        };
        let elf = built.with_file_name(self.file_name);
        if elf != built {
            replace(&built, &elf)?;
        }
        Ok(elf)
    }
}

/// Whether a build is shown while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// What the compiler says is told if it fails.
    Quiet,
    /// On standard error.
    Shown,
}

fn executable(bin: &str, messages: &[u8]) -> Option<PathBuf> {
    let messages = messages.split(|&byte| byte == b'\n');
    messages
        .filter_map(|message| serde_json::from_slice::<Value>(message).ok())
        .filter(|message| message["target"]["name"] == bin)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

/// At no time half a file: another process may read it.
fn replace(from: &Path, to: &Path) -> io::Result<()> {
    let half = to.with_extension("new");
    fs::copy(from, &half)?;
    fs::rename(half, to)
}
