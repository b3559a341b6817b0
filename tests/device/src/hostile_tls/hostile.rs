//! A hostile server on a port of its own.

use core::{net::SocketAddr, time::Duration};
use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    thread,
};

use super::{
    Chain, Received, Suite, is_whole,
    session::{ALERT, APPLICATION_DATA, Session},
};

/// A part of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The TCP connection.
    Connected,
    /// The ServerHello, up to EncryptedExtensions.
    ServerHello,
    /// The server's certificates and the proof of its key.
    Certificates,
    /// The server's Finished.
    Finished,
    /// The request of the client, unanswered.
    Request,
}

/// What the server does wrong, or at least unlike others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing: it answers a request of HTTP, or a line, with records of 16 KB if the answer is that
    /// long, and says that this is all.
    None,

    // It does not prove who it is.
    /// No Certificate.
    CertificateLeftOut,
    /// No CertificateVerify.
    CertificateVerifyLeftOut,
    /// Neither of them.
    BothLeftOut,
    /// A Certificate with no certificates.
    NoCertificates,
    /// CertificateVerify first.
    CertificateVerifyBeforeCertificate,
    /// Two Certificates, then CertificateVerify.
    CertificateTwice,
    /// A second Certificate after CertificateVerify.
    CertificateAfterVerify,
    /// Two CertificateVerify.
    CertificateVerifyTwice,
    /// A bit of CertificateVerify's signature is wrong.
    BadSignature,
    /// CertificateVerify's signature is good, but over another handshake.
    SignatureOfOtherHandshake,
    /// CertificateVerify names this signature scheme.
    Scheme(u16),
    /// A bit of Finished is wrong.
    BadFinished,

    // It stops.
    /// It says nothing more after this stage.
    SilentAt(Stage),
    /// It resets the TCP connection after this stage.
    ResetAt(Stage),
    /// It closes the TCP connection after this stage.
    CloseAt(Stage),
    /// It closes the TCP connection after the answer, without close_notify.
    NoCloseNotify,
    /// And one byte of the answer is missing.
    CutInsideRecord,

    // It does not speak TLS 1.3.
    /// An HTTP answer.
    NotTls,
    /// This alert instead of a ServerHello.
    AlertInstead(u8),
    /// A ServerHello of TLS 1.2.
    Tls12ServerHello,
    /// It wants another group.
    HelloRetryRequest,
    /// Its ServerHello names the suite that was not offered.
    SuiteNotOffered,
    /// A record whose length is 65,535.
    RecordOfAllLengths,

    // Its records are strange.
    /// Certificate is not encrypted.
    CertificateInTheClear,
    /// An encrypted record with nothing in it, not even a type, during the handshake.
    EmptyRecord,
    /// An encrypted record of zeros only.
    RecordOfZeros,
    /// An encrypted alert instead of Certificate.
    AlertInHandshake(u8),
    /// Certificate comes in two records.
    CertificateInTwoRecords,
    /// A byte of the messages that are encrypted is another one.
    ByteChanged {
        /// Which, from EncryptedExtensions on.
        at: usize,
        /// What is changed in it.
        mask: u8,
    },
    /// Instead of the messages that are encrypted come random ones, of the kinds that there are.
    RandomMessages {
        /// What they are made from.
        seed: u64,
    },
    /// A close_notify that is not encrypted, after the handshake.
    CloseNotifyInTheClear,
    /// A Finished that is not encrypted, after the handshake.
    FinishedInTheClear,
    /// A ChangeCipherSpec after the handshake.
    ChangeCipherSpecAfterwards,
    /// An encrypted record with nothing in it after the handshake.
    EmptyRecordAfterwards,
    /// A KeyUpdate after the handshake.
    KeyUpdate,
    /// An encrypted alert after the handshake.
    AlertAfterwards(u8),

    // It is as it may be.
    /// All messages of the handshake are in one record.
    Coalesced,
    /// Zeros at the end of each record of the handshake.
    Padded,
    /// No ChangeCipherSpec.
    NoChangeCipherSpec,
    /// Three session tickets.
    SessionTickets,
    /// It asks for a certificate of the client, and does without.
    CertificateRequested,
    /// The intermediate certificates stand in another order.
    CertificatesInOtherOrder,
    /// The root is sent too.
    RootToo,
    /// The answer comes in records of so many bytes, with empty ones between.
    Chunks(usize),
}

/// A hostile server, which serves any number of connections, one after the other.
#[derive(Debug)]
pub struct HostileServer {
    /// Where it listens.
    pub address: SocketAddr,
    /// The data of applications that it received.
    pub received: Received,
}

impl HostileServer {
    /// Starts one on the loopback interface.
    pub fn start(chain: Chain, suite: Suite, flaw: Flaw, answer: &[u8]) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let received = Received::default();
        let (log, answer) = (received.clone(), answer.to_vec());
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let connection = Connection {
                    session: Session::new(&chain, suite, flaw),
                    flaw,
                    socket: connection,
                };
                // What a client made of it is for the client's side of the test.
                let _ = connection.serve(&log, &answer);
                log.connection_is_over();
            }
        });
        Ok(Self { address, received })
    }
}

struct Connection<'a> {
    session: Session<'a>,
    flaw: Flaw,
    socket: TcpStream,
}

impl Connection<'_> {
    fn serve(mut self, received: &Received, answer: &[u8]) -> io::Result<()> {
        if self.stops_at(Stage::Connected)? {
            return Ok(());
        }
        let (header, content) = self.record()?;
        let client_hello = [&header[..], &content].concat();
        let pieces = self.session.pieces(&client_hello);
        let mut pieces = pieces.into_iter().peekable();
        while let Some((stage, piece)) = pieces.next() {
            self.socket.write_all(&piece)?;
            let stage_ends = pieces.peek().is_none_or(|next| next.0 != stage);
            if stage_ends && self.stops_at(stage)? {
                return Ok(());
            }
        }
        let mut request = Vec::new();
        loop {
            let (header, content) = self.record()?;
            if header[0] != APPLICATION_DATA {
                continue;
            }
            let was_open = self.session.is_open();
            let Some((content_type, content)) = self.session.open(header, &content) else {
                return Ok(());
            };
            if !was_open && self.session.is_open() {
                let greeting = self.session.greeting();
                self.socket.write_all(&greeting)?;
            }
            match content_type {
                APPLICATION_DATA => {
                    received.add(&content);
                    request.extend_from_slice(&content);
                    if is_whole(&request) {
                        request.clear();
                        if self.stops_at(Stage::Request)? {
                            return Ok(());
                        }
                        let answer = self.session.answer(answer);
                        self.socket.write_all(&answer)?;
                        if matches!(self.flaw, Flaw::NoCloseNotify | Flaw::CutInsideRecord) {
                            return self.close();
                        }
                    }
                }
                ALERT => return Ok(()),
                _ => {}
            }
        }
    }

    fn record(&mut self) -> io::Result<([u8; 5], Vec<u8>)> {
        let mut header = [0; 5];
        self.socket.read_exact(&mut header)?;
        let mut content = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
        self.socket.read_exact(&mut content)?;
        Ok((header, content))
    }

    /// Says the end, and waits for the client's: data that was not read would make it a reset.
    fn close(&mut self) -> io::Result<()> {
        self.socket.shutdown(Shutdown::Write)?;
        io::copy(&mut self.socket, &mut io::sink())?;
        Ok(())
    }

    /// Whether this is the end, which it then brings about.
    fn stops_at(&mut self, stage: Stage) -> io::Result<bool> {
        match self.flaw {
            Flaw::SilentAt(at) if at == stage => {
                // Until the client has had enough.
                self.socket
                    .set_read_timeout(Some(Duration::from_secs(60)))?;
                io::copy(&mut self.socket, &mut io::sink())?;
            }
            Flaw::ResetAt(at) if at == stage => reset(&self.socket)?,
            Flaw::CloseAt(at) if at == stage => self.close()?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Makes the close of the socket a reset.
fn reset(socket: &TcpStream) -> io::Result<()> {
    rustix::net::sockopt::set_socket_linger(socket, Some(Duration::ZERO))?;
    Ok(())
}
