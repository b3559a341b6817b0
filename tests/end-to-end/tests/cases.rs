//! What each command prints, as it stands in `cases/*.trycmd`: `TRYCMD=overwrite` writes them anew,
//! for a person to read the difference.

use std::fs;

use snow_token_end_to_end::{fresh_home, private_file, program, run, simulator_of, snow_token};
use snow_token_simulator::InstanceOptions;

#[test]
fn each_command_prints_what_its_case_says() {
    let mut options = InstanceOptions::default();
    for client in &mut options.clients {
        client.client_id.clone_from(&client.name);
        if !client.is_public() {
            client.client_secret = "s3cret".to_owned();
        }
    }
    let simulator = simulator_of(options);
    let home = fresh_home();
    let secret = "a shared secret of at least thirty-two bytes";
    private_file(&home, "jwt-secret", secret);
    let config = home.join(".config/snow-token");
    fs::create_dir_all(&config).unwrap();
    let profile = "[profiles.jwt]\njwt_key_file = '~/jwt-secret'\njwt_subject = 'sensor'\n";
    fs::write(config.join("config.toml"), profile).unwrap();
    let home = home.to_str().unwrap();
    let cases = trycmd::TestCases::new();
    cases
        .register_bin("snow-token", program("snow-token").as_path())
        .env("HOME", home)
        .env("COLUMNS", "100")
        .env("SERVICENOW_INSTANCE", simulator.url())
        .env("SERVICENOW_CA_FILE", simulator.ca_file().to_str().unwrap())
        .env("SERVICENOW_CLIENT_SECRET", "s3cret")
        .insert_var("[URL]", simulator.url().to_owned())
        .unwrap()
        .insert_var("[HOME]", home.to_owned())
        .unwrap()
        .insert_var(
            "[CA_FILE]",
            simulator.ca_file().to_str().unwrap().to_owned(),
        )
        .unwrap()
        .case("tests/cases/*.trycmd")
        .run();
}

#[test]
fn completions_and_manual_pages_cover_every_command() {
    let pages = fresh_home().join("man");
    let written = run(snow_token().arg("man").arg(&pages));
    assert_eq!(written.code, 0, "{}", written.stderr);
    let main_page = run(snow_token().arg("man")).stdout;
    for command in [
        "token", "request", "login", "logout", "status", "key", "doctor", "inspect",
    ] {
        let page = fs::read_to_string(pages.join(format!("snow-token-{command}.1"))).unwrap();
        assert!(page.contains(".SH NAME"), "{page}");
        assert!(
            main_page.contains(&format!("snow\\-token\\-{command}(1)")),
            "{main_page}"
        );
        for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
            // More than fits into a pipe.
            let script = snow_token().args(["completions", shell]).output().unwrap();
            assert!(script.status.success(), "{shell}");
            let script = String::from_utf8(script.stdout).unwrap();
            assert!(script.contains(command), "{shell}, {command}");
        }
    }
}
