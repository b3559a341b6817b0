//! Rows as text.

use std::fmt::Write;

use super::Row;

/// A line of JSON for each row.
pub fn json(rows: &[Row]) -> String {
    let mut text = String::new();
    for row in rows {
        let line = serde_json::json!({
            "what": row.what,
            "ours": row.ours_name,
            "ours_ns": round(row.ours.ns),
            "ours_instructions": row.ours.instructions,
            "peer": row.peer_name,
            "peer_ns": round(row.peer.ns),
            "peer_instructions": row.peer.instructions,
            "ratio": round(row.ratio),
            "instruction_ratio": round(row.instruction_ratio()),
            "aim": round(row.aim),
            "met": row.is_met(),
        });
        writeln!(text, "{line}").expect("a String takes all");
    }
    text
}

/// A table with what it means.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::from(
        "| What | Ours | µs | Peer | µs | Peer by ours | Aim | | Instructions, peer by ours |\n\
         |---|---|---:|---|---:|---:|---:|---|---:|\n",
    );
    for row in rows {
        let met = if row.is_met() { "met" } else { "**missed**" };
        writeln!(
            text,
            "| {} | {} | {:.2} | {} | {:.2} | {:.2} | {:.2} | {met} | {:.2} |",
            row.what,
            row.ours_name,
            row.ours.ns / 1000.0,
            row.peer_name,
            row.peer.ns / 1000.0,
            row.ratio,
            row.aim,
            row.instruction_ratio(),
        )
        .expect("a String takes all");
    }
    let met = rows.iter().filter(|row| row.is_met()).count();
    writeln!(text, "\n{met} of {} aims are met.\n\n{LEGEND}", rows.len())
        .expect("a String takes all");
    text
}

const LEGEND: &str = "\
\"Peer by ours\" is the peer's time by ours: above 1 ours is faster. Times are a thread's own on a
processor, the median of alternating batches; all are built alike, with `lto = \"fat\"` and
`codegen-units = 1`. Instructions are callgrind's, on its processor without SHA extensions.
Keys are loaded beforehand, as far as a peer can hold one loaded
(`jsonwebtoken` parses a private key at each signature). `library` reads the clock and draws a random
`jti` within what is measured; the peers are given both. `hmac+sha2`, `p256`, `crypto-bigint` and `ring`
beside it are bare primitives that sign a text that is there: the aim leaves 2 % for all the rest (of
HMAC, half as much again). `crypto-bigint` is two exponentiations; what RS256 of core does beside them
puts their results together and verifies the signature.";

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
