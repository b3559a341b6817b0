//! A client for the tests.

use core::{net::SocketAddr, time::Duration};
use std::{io, net::TcpStream, time::SystemTime};

use embassy_futures::block_on;
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use rand_core::{CryptoRng, RngCore};
use sha2::{Digest as _, Sha256};
use snow_token_device::hostile_tls::Chain;
use snow_token_gateway::tls::{Buffers, CertificateDer, Suite, TlsError, Trust, handshake};

/// What the client sends once it has a connection.
pub(crate) const SECRET: &[u8] = b"client_secret=hunter2\n";

/// The host that the client asks for.
pub(crate) const HOST: &str = "dev12345.service-now.com";

/// A socket, which blocks: each test has a thread of its own.
pub(crate) struct Socket(pub(crate) TcpStream);

impl Socket {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::with_patience(address, Duration::from_secs(20))
    }

    pub(crate) fn with_patience(address: SocketAddr, patience: Duration) -> Self {
        let socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(patience)).unwrap();
        Self(socket)
    }
}

impl ErrorType for Socket {
    type Error = ErrorKind;
}

fn kind(error: io::Error) -> ErrorKind {
    match error.kind() {
        // What a read time-out of a socket is on Unix.
        io::ErrorKind::WouldBlock => ErrorKind::TimedOut,
        io::ErrorKind::ConnectionReset => ErrorKind::ConnectionReset,
        io::ErrorKind::BrokenPipe => ErrorKind::BrokenPipe,
        _ => ErrorKind::Other,
    }
}

impl Read for Socket {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
        io::Read::read(&mut self.0, buf).map_err(kind)
    }
}

impl Write for Socket {
    async fn write(&mut self, buf: &[u8]) -> Result<usize, ErrorKind> {
        io::Write::write(&mut self.0, buf).map_err(kind)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

/// A transport without a network: the server is a function from the ClientHello to what it sends.
pub(crate) struct Script<F> {
    answer: F,
    hello: Vec<u8>,
    sent: Option<Vec<u8>>,
    read: usize,
    refuses_data: bool,
}

impl<F: FnMut(&[u8]) -> Vec<u8>> Script<F> {
    pub(crate) fn new(answer: F) -> Self {
        Self {
            answer,
            hello: Vec::new(),
            sent: None,
            read: 0,
            refuses_data: false,
        }
    }

    /// Nothing may be written after the handshake's last record.
    pub(crate) fn refusing_data(mut self) -> Self {
        self.refuses_data = true;
        self
    }
}

impl<F> ErrorType for Script<F> {
    type Error = ErrorKind;
}

impl<F: FnMut(&[u8]) -> Vec<u8>> Read for Script<F> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
        let sent = self.sent.get_or_insert_with(|| (self.answer)(&self.hello));
        let rest = &sent[self.read..];
        let len = rest.len().min(buf.len());
        buf[..len].copy_from_slice(&rest[..len]);
        self.read += len;
        Ok(len)
    }
}

impl<F> Write for Script<F> {
    async fn write(&mut self, buf: &[u8]) -> Result<usize, ErrorKind> {
        if self.sent.is_none() {
            self.hello.extend_from_slice(buf);
        } else if self.refuses_data {
            return Err(ErrorKind::BrokenPipe);
        }
        Ok(buf.len())
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

/// Numbers that are the same in every run.
pub(crate) struct Rng {
    pub(crate) seed: u64,
    pub(crate) count: u64,
}

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, count: 0 }
    }
}

impl RngCore for Rng {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        for chunk in dest.chunks_mut(32) {
            self.count += 1;
            let mut hash = Sha256::new();
            hash.update(self.seed.to_be_bytes());
            hash.update(self.count.to_be_bytes());
            chunk.copy_from_slice(&hash.finalize()[..chunk.len()]);
        }
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

impl CryptoRng for Rng {}

pub(crate) fn now_unix() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// A client of one server.
#[derive(Clone, Copy)]
pub(crate) struct Client<'a> {
    pub(crate) root: Option<&'a [u8]>,
    pub(crate) built_in: bool,
    pub(crate) host: &'a str,
    pub(crate) suite: Suite,
    pub(crate) now_unix: u64,
    pub(crate) read_len: usize,
    pub(crate) patience: Duration,
}

impl<'a> Client<'a> {
    /// One that trusts the chain's root.
    pub(crate) fn new(chain: &'a Chain) -> Self {
        Self::of_root(&chain.root)
    }

    pub(crate) fn of_root(root: &'a [u8]) -> Self {
        Self {
            root: Some(root),
            built_in: false,
            host: HOST,
            suite: Suite::default(),
            now_unix: now_unix(),
            read_len: Buffers::READ_LEN,
            patience: Duration::from_secs(20),
        }
    }

    pub(crate) fn host(self, host: &'a str) -> Self {
        Self { host, ..self }
    }

    pub(crate) fn suite(self, suite: Suite) -> Self {
        Self { suite, ..self }
    }

    /// Connects, sends the secret, and reads the answer to its end.
    pub(crate) fn run(&self, address: SocketAddr) -> Result<Vec<u8>, TlsError> {
        self.run_over(Socket::with_patience(address, self.patience))
    }

    pub(crate) fn run_over<S: Read + Write>(&self, transport: S) -> Result<Vec<u8>, TlsError> {
        let root = self.root.map(CertificateDer::from);
        let mut trust = match self.built_in {
            true => Trust::built_in(),
            false => Trust::none(),
        };
        if let Some(root) = &root {
            trust.add(root).unwrap();
        }
        let mut read = vec![0; self.read_len];
        let mut write = vec![0; Buffers::WRITE_LEN];
        let mut buffers = Buffers::new(&mut read, &mut write).unwrap();
        block_on(async {
            let mut stream = handshake(
                transport,
                self.suite,
                &trust,
                self.host,
                self.now_unix,
                &mut Rng::new(1),
                &mut buffers,
            )
            .await?;
            stream.write_all(SECRET).await?;
            stream.flush().await?;
            let mut answer = Vec::new();
            let mut buf = [0; 1000];
            loop {
                match stream.read(&mut buf).await? {
                    0 => break,
                    len => answer.extend_from_slice(&buf[..len]),
                }
            }
            assert_eq!(stream.read(&mut buf).await, Ok(0), "the end stays the end");
            stream.close().await?;
            Ok(answer)
        })
    }
}
