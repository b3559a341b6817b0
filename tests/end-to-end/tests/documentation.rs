//! What the documentation says of settings is what the program takes. `OVERWRITE=1` writes it anew.

use core::fmt::Write;
use std::{env, fs, path::Path};

use snow_token::settings::{
    Key,
    keys::{PLAIN, PROFILE, SECRETS},
};

const INTRODUCTION: &str = "\
# Settings

A flag goes before its environment variable, and that before the profile file. What is set to nothing
counts as not set.

The profile file is `$XDG_CONFIG_HOME/snow-token/config.toml` (`~/.config/snow-token/config.toml`).
What stands at its top holds for every profile; `[profiles.NAME]` goes before it, and is chosen by
`--profile NAME` or `SERVICENOW_PROFILE`. Secrets do not belong there, but the names of their files
do:

```toml
instance = \"dev12345\"
client_id = \"0123456789abcdef0123456789abcdef\"
client_secret_file = \"/home/me/.config/servicenow-secret\"

[profiles.prod]
instance = \"prod67890\"
auth_method = \"oauth2_jwt_bearer\"
jwt_key_file = \"/etc/gateway/key.pem\"
jwt_subject = \"gateway@example.com\"
```

A file's name there is taken from the folder of the profile file, wherever the command runs, and may
begin with `~/`.

Where `auth_method` is not set, the credentials say what is meant: a client ID by itself a login
through the browser, with a secret client credentials, and with a key, a refresh token or a user name
the way in that is named after it. Where two could be meant, the error names both.

A file with a secret must not be readable by every user of the machine. Its last line break is
dropped. `-` in its place reads standard input, once.

| Variable | Flag | In the profile | What it is |
|---|---|---|---|
";

fn documentation() -> String {
    let mut text = INTRODUCTION.to_owned();
    for key in PLAIN.iter().chain([&PROFILE]).chain(SECRETS) {
        writeln!(text, "{}", row(key)).unwrap();
    }
    text
}

fn row(key: &Key) -> String {
    let code = |name: Option<&str>, otherwise: &str| match name {
        Some(name) => format!("`{name}`"),
        None => otherwise.to_owned(),
    };
    let (flag, name) = match key.is_secret() {
        true => ("none: arguments can be read by everybody", "none: a secret"),
        false => ("", ""),
    };
    format!(
        "| `{}` | {} | {} | {} |",
        key.variable,
        code(key.flag, flag),
        code(key.name, name),
        key.help
    )
}

#[test]
fn the_settings_are_documented_as_they_are() {
    let path = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/settings.md"
    ));
    if env::var_os("OVERWRITE").is_some() {
        fs::write(path, documentation()).unwrap();
    }
    let written = fs::read_to_string(path).unwrap();
    assert!(
        written == documentation(),
        "docs/settings.md is not up to date: run this with OVERWRITE=1"
    );
}
