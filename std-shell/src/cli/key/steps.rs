//! What to do with a new key: in the instance, and here.

use std::{
    io::{self, Write},
    path::Path,
};

use snow_token::{
    key::{Certificate, PublicKeyKind},
    settings::keys::{AUTH_METHOD, CLIENT_ID, JWT_KEY_FILE, JWT_KEY_ID, JWT_SUBJECT},
};

use crate::cli::words::{quoted, utc};

/// A key and its certificate, in their places.
pub(super) struct Made<'m> {
    pub(super) key_file: &'m Path,
    pub(super) certificate_file: &'m Path,
    pub(super) certificate: &'m Certificate,
    pub(super) kind: PublicKeyKind,
    pub(super) kid: &'m str,
}

pub(super) fn print(made: &Made<'_>, out: &mut impl Write) -> io::Result<()> {
    let Made { kind, kid, .. } = made;
    let algorithm = kind.algorithm_name().unwrap_or_default();
    let ends = utc(made.certificate.not_after_unix()).unwrap_or_default();
    writeln!(
        out,
        "Private key  {}  ({kind}; signs by {algorithm}; keep it on this machine)",
        made.key_file.display()
    )?;
    writeln!(
        out,
        "Certificate  {}  (until {ends})",
        made.certificate_file.display()
    )?;
    writeln!(out, "kid          {kid}\n")?;
    writeln!(out, "{}", made.certificate.to_pem())?;
    writeln!(
        out,
        "\
In the instance
  1. The certificate. In the table sys_certificate (Certificates) make a record of format PEM and
     type Trust Store Cert, and paste the certificate above into PEM Certificate.
  2. The client, in one of two places, with the User field that finds the user of the assertion's
     sub, such as Email; the user must be no administrator, and active.
     - Machine Identity Console > Inbound integrations > New integration > JWT bearer grant.
       The allowed Clock skew is 0 s there unless set.
     - System OAuth > Application Registry > New > Create an OAuth JWT API endpoint for external
       clients. The allowed Clock Skew is 300 s there unless set.
  3. The link between the two: a JWT Verifier Map of the client, with the Kid
       {kid}
     and as its Sys certificate the record of step 1.
"
    )?;
    let key_file = made.key_file.to_string_lossy();
    writeln!(out, "Here")?;
    for (key, value) in [
        (AUTH_METHOD, "oauth2_jwt_bearer"),
        (CLIENT_ID, "...  # of the client of step 2"),
        (JWT_KEY_FILE, &*quoted(&key_file)),
        (JWT_KEY_ID, &*quoted(kid)),
        (JWT_SUBJECT, "...  # the user, as the User field has it"),
    ] {
        writeln!(out, "  export {}={value}", key.variable)?;
    }
    writeln!(
        out,
        "  snow-token token\n\n\
         Where the client has a secret, set SERVICENOW_CLIENT_SECRET_FILE too."
    )
}
