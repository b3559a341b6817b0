//! The text that a gateway is provisioned with.

use core::net::Ipv4Addr;

use snow_token_gateway::config::{
    Address, Config, ConfigError, DECODED_LEN, Login, MAX_ROOTS, Target,
};

const LEAST: &str = "instance=dev12345.service-now.com\nclient_id=gateway\nclient_secret=hunter2\n\
    target=table:u_reading\ndevice=pump-7\n";

/// Reads the text, and shows the configuration or the error to `check`.
fn with<T>(text: &[u8], check: impl FnOnce(Result<Config<'_>, ConfigError>) -> T) -> T {
    let mut memory = [0; DECODED_LEN];
    check(Config::parse(text, &mut memory))
}

fn error_of(text: &str) -> ConfigError {
    with(text.as_bytes(), |config| config.unwrap_err())
}

#[test]
fn what_is_not_told_has_a_default() {
    with(LEAST.as_bytes(), |config| {
        let config = config.unwrap();
        assert_eq!(config.instance.name, "dev12345.service-now.com");
        assert_eq!(config.instance.port, 443);
        assert_eq!(config.time_server.name, "time.cloudflare.com");
        assert_eq!(config.time_server.port, 123);
        assert_eq!(config.address, Address::Dhcp);
        assert_eq!(config.timeout_secs, 30);
        assert_eq!(config.backoff_cap_secs, 300);
        assert_eq!(config.settle_secs, 60);
        assert_eq!(config.spread_secs, 60);
        assert_eq!(config.retry_stopped_secs, 3_600);
        assert_eq!(config.keep_alive_secs, 20);
        assert_eq!(config.interval_ms, 1_000);
        assert_eq!(config.readings, None);
        assert!(config.drops_oldest);
        assert!(config.roots.is_empty());
        let name_column = "correlation_id";
        let name = "u_reading";
        assert_eq!(config.target, Target::Table { name, name_column });
    });
}

#[test]
fn each_setting_is_read() {
    let text = "# a comment\r\n\r\n  instance = gateway.example.com:8443 \r\nclient_id=a\r\n\
        client_secret=p=&# ;\u{e9}\r\ntarget=import:u_imp_reading\r\nname_column=u_name\r\n\
        time_column=u_taken_at\r\ndevice=pump-7\r\naddress=192.168.1.7/24\r\ngateway=192.168.1.1\r\n\
        dns=192.168.1.2\r\ntime_server=ntp.example.com:1123\r\ntimeout_s=1\r\nbackoff_cap_s=2\r\n\
        spread_s=8\r\nsettle_s=3\r\nretry_stopped_s=4\r\nkeep_alive_s=5\r\nwhen_full=drop-newest\r\n\
        interval_ms=6\r\nreadings=7\r\nroot=MAA=\r\nroot=MAMCAQE=";
    with(text.as_bytes(), |config| {
        let config = config.unwrap();
        assert_eq!(config.instance.authority, "gateway.example.com:8443");
        assert_eq!(config.instance.name, "gateway.example.com");
        assert_eq!(config.instance.port, 8443);
        assert!(matches!(
            config.login,
            Login::ClientCredentials { client_secret, .. } if client_secret == "p=&# ;\u{e9}"
        ));
        let (name, name_column) = ("u_imp_reading", "u_name");
        assert_eq!(config.target, Target::ImportSet { name, name_column });
        assert_eq!(config.time_column, Some("u_taken_at"));
        assert_eq!(
            config.address,
            Address::Static {
                address: Ipv4Addr::new(192, 168, 1, 7),
                prefix_len: 24,
                gateway: Ipv4Addr::new(192, 168, 1, 1),
                dns: Ipv4Addr::new(192, 168, 1, 2),
            }
        );
        assert_eq!(config.time_server.port, 1123);
        assert_eq!(
            [
                config.timeout_secs,
                config.backoff_cap_secs,
                config.settle_secs,
                config.retry_stopped_secs,
                config.keep_alive_secs,
                config.interval_ms,
                config.spread_secs,
            ],
            [1, 2, 3, 4, 5, 6, 8]
        );
        assert_eq!(config.readings, Some(7));
        assert!(!config.drops_oldest);
        let roots: Vec<_> = config.roots.iter().map(|root| root.as_ref()).collect();
        assert_eq!(roots, [&[0x30, 0][..], &[0x30, 3, 2, 1, 1]]);
    });
}

#[test]
fn the_text_ends_where_the_flash_is_erased() {
    for end in [b"\xff\xff\xff".as_slice(), b"\0garbage", b"\n\xffgarbage"] {
        let text = [LEAST.as_bytes(), end].concat();
        with(&text, |config| assert!(config.is_ok()));
    }
    for nothing in [b"".as_slice(), b"\xff\xff", b" \r\n\n", b"\0"] {
        with(nothing, |config| {
            assert_eq!(config.unwrap_err(), ConfigError::Empty);
        });
    }
}

#[test]
fn what_is_missing_is_named() {
    for name in ["instance", "client_id", "client_secret", "target", "device"] {
        let lines = LEAST
            .lines()
            .filter(|line| !line.starts_with(&format!("{name}=")));
        let text: Vec<_> = lines.collect();
        assert_eq!(error_of(&text.join("\n")), ConfigError::Missing(name));
    }
    let alone = format!("{LEAST}address=10.0.0.2/8\ngateway=10.0.0.1\n");
    assert_eq!(error_of(&alone), ConfigError::Missing("dns"));
    let without = format!("{LEAST}dns=10.0.0.1\n");
    assert_eq!(error_of(&without), ConfigError::Missing("address"));
}

#[test]
fn what_is_wrong_is_told_by_its_line_and_never_shown() {
    for wrong in [
        "timeout_s=ten",
        "timeout_s=-1",
        "timeout_s=0",
        "retry_stopped_s=0",
        "interval_ms=0",
        "when_full=explode",
        "address=10.0.0.2",
        "address=10.0.0.2/33",
        "dns=example.com",
        "name_column=a^b",
        "time_column=",
        "root=MAA",
        "root=",
        "root=M*A=",
        "time_server=:123",
        "time_server=a:0",
        "time_server=a b",
    ] {
        let error = error_of(&format!("{LEAST}{wrong}"));
        assert_eq!(error, ConfigError::Value { line: 6 }, "{wrong}");
    }
    for (wrong, error) in [
        ("timeout=1", ConfigError::Name { line: 6 }),
        ("no value", ConfigError::Line { line: 6 }),
        ("device=again", ConfigError::Twice { line: 6 }),
    ] {
        assert_eq!(error_of(&format!("{LEAST}{wrong}")), error);
    }
    for target in ["", "table:", "table:a/b", "import", "queue:x", "events:x"] {
        let text = LEAST.replace("table:u_reading", target);
        assert_eq!(error_of(&text), ConfigError::Value { line: 4 }, "{target}");
    }
    let not_utf8 = [LEAST.as_bytes(), b"dns=\xc3("].concat();
    with(&not_utf8, |config| {
        assert_eq!(config.unwrap_err(), ConfigError::Line { line: 6 });
    });
}

#[test]
fn there_is_an_end_to_roots_and_to_their_memory() {
    let many = format!("{LEAST}{}", "root=MAA=\n".repeat(MAX_ROOTS + 1));
    let line = 6 + MAX_ROOTS as u16;
    assert_eq!(error_of(&many), ConfigError::Memory { line });
    let long = format!("{LEAST}root={}\n", "AAAA".repeat(DECODED_LEN));
    assert_eq!(error_of(&long), ConfigError::Memory { line: 6 });
}

#[test]
fn secrets_are_not_in_debug() {
    let text = LEAST.replace("hunter2", "correct-horse");
    with(text.as_bytes(), |config| {
        let shown = format!("{:?}", config.unwrap());
        assert!(!shown.contains("correct-horse"));
    });
}

#[test]
fn any_bytes_are_an_error_or_a_configuration() {
    let text = LEAST.as_bytes();
    for at in 0..text.len() {
        with(&text[..at], |config| drop(config));
        for byte in 0..=u8::MAX {
            let mut changed = text.to_vec();
            changed[at] = byte;
            with(&changed, |config| drop(config));
        }
    }
}

#[cfg(feature = "jwt-bearer")]
#[test]
fn a_key_means_jwt_bearer_and_wants_a_user() {
    let text = format!("{LEAST}jwt_subject=gateway@example.com\njwt_key=MAA=\njwt_kid=7\n");
    with(text.as_bytes(), |config| {
        let Login::JwtBearer {
            key,
            key_id,
            subject,
            client_secret,
            ..
        } = config.unwrap().login
        else {
            panic!("another login");
        };
        assert_eq!(key, [0x30, 0]);
        assert_eq!(key_id, Some("7"));
        assert_eq!(subject, "gateway@example.com");
        assert_eq!(client_secret, Some("hunter2"));
    });
    let without_user = format!("{LEAST}jwt_key=MAA=\n");
    assert_eq!(error_of(&without_user), ConfigError::Missing("jwt_subject"));
    let without_key = format!("{LEAST}jwt_subject=a\n");
    assert_eq!(error_of(&without_key), ConfigError::Missing("jwt_key"));
}

#[cfg(not(feature = "jwt-bearer"))]
#[test]
fn without_the_feature_a_key_is_an_unknown_name() {
    let text = format!("{LEAST}jwt_key=MAA=\n");
    assert_eq!(error_of(&text), ConfigError::Name { line: 6 });
}
