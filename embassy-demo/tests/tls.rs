//! The gateway's TLS against servers, honest ones and hostile ones.

#[path = "tls/certificates.rs"]
mod certificates;
#[path = "tls/damaged.rs"]
mod damaged;
#[path = "tls/good.rs"]
mod good;
#[path = "tls/hostile.rs"]
mod hostile;
#[path = "tls/old.rs"]
mod old;
#[path = "tls/stream.rs"]
mod stream;
mod support;
