//! A headless Chromium, driven by WebDriver.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::json;
use tokio::runtime::Runtime;

/// A browser that a test uses as a person would. It ends with the test.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    client: Option<Client>,
    runtime: Runtime,
}

impl Browser {
    /// Starts one that takes the simulated instance's certificate.
    pub fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver runs: install Debian's chromium-driver");
        let mut lines = BufReader::new(driver.stdout.take().expect("its output is a pipe")).lines();
        let port: u16 = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let (_, port) = line.split_once("started successfully on port ")?;
                port.trim_end_matches('.').parse().ok()
            })
            .expect("chromedriver says on which port it listens");
        // It goes on writing.
        thread::spawn(move || lines.for_each(drop));

        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--window-size=900,700",
        ];
        let capabilities = json!({
            "acceptInsecureCerts": true,
            "goog:chromeOptions": { "args": arguments },
        });
        let runtime = Runtime::new().expect("there are threads");
        let client = runtime.block_on(async {
            let mut builder =
                ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
            builder.capabilities(capabilities.as_object().cloned().unwrap_or_default());
            builder.connect(&format!("http://127.0.0.1:{port}")).await
        });
        Self {
            driver,
            client: Some(client.expect("Chromium starts")),
            runtime,
        }
    }

    fn client(&self) -> &Client {
        self.client.as_ref().expect("the browser is open")
    }

    /// Opens an address.
    pub fn open(&self, url: &str) {
        let opened = self.runtime.block_on(self.client().goto(url));
        opened.expect("the page opens");
    }

    /// Types into the field of that id.
    pub fn fill(&self, id: &str, text: &str) {
        let filled = self.runtime.block_on(async {
            let field = self.client().wait().for_element(Locator::Id(id)).await?;
            field.send_keys(text).await
        });
        filled.expect("the field can be filled");
    }

    /// Clicks on what has that id.
    pub fn click(&self, id: &str) {
        let clicked = self.runtime.block_on(async {
            let button = self.client().wait().for_element(Locator::Id(id)).await?;
            button.click().await
        });
        clicked.expect("the button can be clicked");
    }

    /// Waits until the page has this as its heading.
    pub fn wait_for_heading(&self, heading: &str) {
        let xpath = format!("//h1[normalize-space()='{heading}']");
        let found = self.runtime.block_on(async {
            self.client()
                .wait()
                .for_element(Locator::XPath(&xpath))
                .await
        });
        if found.is_err() {
            panic!("no heading {heading:?} in:\n{}", self.text());
        }
    }

    /// What the page shows.
    pub fn text(&self) -> String {
        self.runtime
            .block_on(async {
                let body = self.client().find(Locator::Css("body")).await?;
                body.text().await
            })
            .expect("a page has text")
    }

    /// Where the browser is.
    pub fn url(&self) -> String {
        let url = self.runtime.block_on(self.client().current_url());
        url.expect("the browser is somewhere").to_string()
    }

    /// Keeps a picture of the page in `target/screenshots`.
    pub fn screenshot(&self, name: &str) {
        let png = self.runtime.block_on(self.client().screenshot());
        let folder = Path::new(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../target/screenshots"
        ));
        fs::create_dir_all(folder).expect("there is room for pictures");
        fs::write(
            folder.join(name).with_extension("png"),
            png.expect("the page can be drawn"),
        )
        .expect("there is room for a picture");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            let _ = self.runtime.block_on(client.close());
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
