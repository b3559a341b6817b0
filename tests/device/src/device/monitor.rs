//! QEMU's monitor (QMP): what a hand does to a device.

use core::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};
use std::{
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    process::Child,
    thread,
    time::Instant,
};

use serde_json::{Value, json};

/// QEMU answers at once, unless the machine has much else to do.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for QEMU to connect; so no port must be found that is still free when QEMU starts.
#[derive(Debug)]
pub(super) struct Waiting(TcpListener);

impl Waiting {
    pub(super) fn listen() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        Ok(Self(listener))
    }

    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// `None` where QEMU has ended instead.
    pub(super) fn accept(self, qemu: &mut Child) -> io::Result<Option<Monitor>> {
        let began = Instant::now();
        loop {
            match self.0.accept() {
                Ok((stream, _)) => return Monitor::greet(stream).map(Some),
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                Err(_) if qemu.try_wait()?.is_some() => return Ok(None),
                Err(error) if began.elapsed() > PATIENCE => return Err(error),
                Err(_) => thread::sleep(Duration::from_millis(2)),
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct Monitor(BufReader<TcpStream>);

impl Monitor {
    fn greet(stream: TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut monitor = Self(BufReader::new(stream));
        monitor.message()?;
        monitor.execute("qmp_capabilities", &json!({}))?;
        Ok(monitor)
    }

    /// Lets the device begin. One that ends at once takes its monitor along, before or after the
    /// answer has been read: what it has to say is on its console.
    pub(super) fn go(&mut self) -> io::Result<()> {
        match self.execute("cont", &json!({})) {
            Err(error) if has_ended(&error) => Ok(()),
            outcome => outcome,
        }
    }

    pub(super) fn execute(&mut self, command: &str, arguments: &Value) -> io::Result<()> {
        let command = json!({ "execute": command, "arguments": arguments });
        self.0
            .get_mut()
            .write_all(format!("{command}\n").as_bytes())?;
        loop {
            let message = self.message()?;
            if message.get("return").is_some() {
                return Ok(());
            }
            if let Some(error) = message.get("error") {
                return Err(io::Error::other(format!("{command}: {error}")));
            }
            // An event, of which nobody has asked.
        }
    }

    fn message(&mut self) -> io::Result<Value> {
        let mut line = String::new();
        match self.0.read_line(&mut line)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(serde_json::from_str(&line)?),
        }
    }
}

fn has_ended(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}
