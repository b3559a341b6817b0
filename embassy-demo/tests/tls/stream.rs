//! The stream, its memory and its roots.

use core::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use embassy_futures::block_on;
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use snow_token_core::BufferTooSmall;
use snow_token_device::hostile_tls::{self, Chain, Flaw, Keys, Order, Session};
use snow_token_gateway::tls::{
    Buffers, CertificateDer, RootError, Suite, TlsError, TlsStream, Trust, handshake,
};

use crate::support::{HOST, Rng, Script, now_unix};

const ANSWER: &[u8] = b"hello";

/// A transport that says nothing more once a server's flight and its answer are read.
struct Waiting<S> {
    script: S,
    waits: bool,
}

impl<S: ErrorType> ErrorType for Waiting<S> {
    type Error = S::Error;
}

impl<S: Read> Read for Waiting<S> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, S::Error> {
        match self.script.read(buf).await? {
            0 if self.waits => core::future::pending().await,
            len => Ok(len),
        }
    }
}

impl<S: Write> Write for Waiting<S> {
    async fn write(&mut self, buf: &[u8]) -> Result<usize, S::Error> {
        self.script.write(buf).await
    }

    async fn flush(&mut self) -> Result<(), S::Error> {
        Ok(())
    }
}

fn chain() -> Chain {
    Order::new(Keys::P256, &[HOST]).make()
}

/// A server's flight and answer; its end, if it has one, comes at once.
fn transport(
    chain: &Chain,
    flaw: Flaw,
    waits: bool,
) -> impl Read<Error = ErrorKind> + Write<Error = ErrorKind> + '_ {
    let mut session = Session::new(chain, hostile_tls::Suite::Aes128GcmSha256, flaw);
    let script = Script::new(move |hello| {
        let mut sent = session.flight(hello);
        sent.extend(session.answer(ANSWER));
        sent
    });
    Waiting { script, waits }
}

fn memory() -> (Vec<u8>, Vec<u8>) {
    (
        vec![0xee; Buffers::READ_LEN],
        vec![0xee; Buffers::WRITE_LEN],
    )
}

/// Whether a future has something to say already.
async fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| {
        Poll::Ready(match future.as_mut().poll(context) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        })
    })
    .await
}

#[test]
fn not_before_the_handshake() {
    let chain = chain();
    let (mut read, mut write) = memory();
    let mut buffers = Buffers::new(&mut read, &mut write).unwrap();
    let transport = transport(&chain, Flaw::None, false);
    let mut stream = TlsStream::new(transport, Suite::default(), &mut buffers);
    block_on(async {
        let mut buf = [0; 9];
        assert_eq!(stream.write(b"secret").await, Err(TlsError::NotProved));
        assert_eq!(stream.flush().await, Err(TlsError::NotProved));
        assert_eq!(stream.read(&mut buf).await, Err(TlsError::NotProved));
        assert_eq!(stream.close().await, Err(TlsError::NotProved));
    });
}

#[test]
fn not_after_a_server_that_proves_nothing() {
    let chain = chain();
    let root = CertificateDer::from(&chain.root[..]);
    let mut trust = Trust::none();
    trust.add(&root).unwrap();
    let (mut read, mut write) = memory();
    let mut buffers = Buffers::new(&mut read, &mut write).unwrap();
    let transport = transport(&chain, Flaw::CertificateVerifyLeftOut, false);
    let mut stream = TlsStream::new(transport, Suite::default(), &mut buffers);
    block_on(async {
        let mut rng = Rng::new(1);
        let opened = stream.open(&trust, HOST, now_unix(), &mut rng).await;
        assert_eq!(opened, Err(TlsError::NotProved));
        assert_eq!(stream.write(b"secret").await, Err(TlsError::NotProved));
        assert_eq!(stream.flush().await, Err(TlsError::NotProved));
        let mut buf = [0; 9];
        assert_eq!(stream.read(&mut buf).await, Err(TlsError::NotProved));
        // Nor does another attempt.
        let opened = stream.open(&trust, HOST, now_unix(), &mut rng).await;
        assert_eq!(opened, Err(TlsError::Closed));
        assert_eq!(stream.write(b"secret").await, Err(TlsError::Closed));
    });
}

#[test]
fn close() {
    let chain = chain();
    let root = CertificateDer::from(&chain.root[..]);
    let mut trust = Trust::none();
    trust.add(&root).unwrap();
    let (mut read, mut write) = memory();
    let mut buffers = Buffers::new(&mut read, &mut write).unwrap();
    block_on(async {
        let transport = transport(&chain, Flaw::NoCloseNotify, true);
        let suite = Suite::default();
        let mut rng = Rng::new(1);
        let mut stream = handshake(
            transport,
            suite,
            &trust,
            HOST,
            now_unix(),
            &mut rng,
            &mut buffers,
        )
        .await
        .unwrap();
        stream.write_all(b"secret").await.unwrap();
        stream.close().await.unwrap();
        let mut buf = [0; 9];
        assert_eq!(stream.read(&mut buf).await, Err(TlsError::Closed));
        assert_eq!(stream.write(b"more").await, Err(TlsError::Closed));
        assert_eq!(stream.close().await, Err(TlsError::Closed));
    });
}

#[test]
fn a_read_that_was_dropped() {
    let chain = chain();
    let root = CertificateDer::from(&chain.root[..]);
    let mut trust = Trust::none();
    trust.add(&root).unwrap();
    let (mut read, mut write) = memory();
    let mut buffers = Buffers::new(&mut read, &mut write).unwrap();
    block_on(async {
        // One byte of the record is missing, and does not come.
        let transport = transport(&chain, Flaw::CutInsideRecord, true);
        let mut stream = TlsStream::new(transport, Suite::default(), &mut buffers);
        let mut rng = Rng::new(1);
        stream
            .open(&trust, HOST, now_unix(), &mut rng)
            .await
            .unwrap();
        let mut buf = [0; 9];
        assert_eq!(now(stream.read(&mut buf)).await, None);
        assert_eq!(
            now(stream.read(&mut buf)).await,
            Some(Err(TlsError::Closed))
        );
        assert_eq!(
            now(stream.write(b"more")).await,
            Some(Err(TlsError::Closed))
        );
    });
}

#[test]
fn memory_is_wiped() {
    let chain = chain();
    let root = CertificateDer::from(&chain.root[..]);
    let mut trust = Trust::none();
    trust.add(&root).unwrap();
    let (mut read, mut write) = memory();
    block_on(async {
        let mut buffers = Buffers::new(&mut read, &mut write).unwrap();
        let transport = transport(&chain, Flaw::None, false);
        let mut stream = TlsStream::new(transport, Suite::default(), &mut buffers);
        let mut rng = Rng::new(1);
        stream
            .open(&trust, HOST, now_unix(), &mut rng)
            .await
            .unwrap();
        let mut buf = [0; 9];
        assert_eq!(stream.read(&mut buf).await, Ok(ANSWER.len()));
        // Not sent.
        stream.write_all(b"secret").await.unwrap();
    });
    assert!(read.iter().chain(&write).all(|byte| *byte == 0));
}

#[test]
fn memory_that_is_too_small() {
    let (mut read, mut write) = memory();
    let small = |read: &mut [u8], write: &mut [u8]| Buffers::new(read, write).err();
    for (needed, small) in [
        (
            Buffers::SMALL_READ_LEN,
            small(&mut read[..Buffers::SMALL_READ_LEN - 1], &mut write),
        ),
        (
            Buffers::WRITE_LEN,
            small(&mut read, &mut write[..Buffers::WRITE_LEN - 1]),
        ),
    ] {
        assert_eq!(small, Some(BufferTooSmall { needed }));
    }
}

#[test]
fn roots() {
    let chain = chain();
    let root = CertificateDer::from(&chain.root[..]);
    let mut trust = Trust::none();
    for _ in 0..Trust::MAX_ROOTS {
        trust.add(&root).unwrap();
    }
    assert_eq!(trust.add(&root), Err(RootError::TooMany));

    for len in [0, 1, 100, chain.root.len() - 1] {
        let part = CertificateDer::from(&chain.root[..len]);
        assert_eq!(Trust::none().add(&part), Err(RootError::Malformed));
    }
}

#[test]
fn built_in_roots() {
    let built_in = format!("{:?}", Trust::built_in());
    let count = usize::from(cfg!(feature = "p384")) + usize::from(cfg!(feature = "rsa"));
    assert_eq!(built_in.matches("TrustAnchor").count(), count);
}
