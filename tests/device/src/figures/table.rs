//! Figures as text: for a README, or for a program.

use core::fmt::Write as _;

use serde_json::json;

use super::{Measured, Row};
use crate::{
    elf::Sizes,
    firmware::{Board, Firmware},
};

/// A line for a program.
pub fn json(row: &Row, measured: &Measured) -> String {
    // By hand, for the order; the name needs no escapes.
    format!(
        "{{\"features\":\"{}\",\"flash_bytes\":{},\"static_ram_bytes\":{},\"stack_bytes\":{},\
         \"instructions_to_token\":{},\"instructions_outside_tls_handshake\":{}}}",
        row.features,
        measured.sizes.flash_bytes,
        measured.sizes.static_ram_bytes,
        measured.stack_bytes,
        measured.instructions_to_token,
        measured.instructions_outside_tls_handshake,
    )
}

/// A line for a program.
pub fn json_of_board(board: Board, sizes: Sizes) -> String {
    json!({
        "board": board.name(),
        "flash_bytes": sizes.flash_bytes,
        "static_ram_bytes": sizes.static_ram_bytes,
    })
    .to_string()
}

/// The table, with what it takes to understand it.
pub fn device_table(rows: &[(Row, Measured)]) -> String {
    let mut text = String::from(
        "| features | flash | static RAM | stack | instructions to a token | outside the TLS \
         handshake |\n|---|--:|--:|--:|--:|--:|\n",
    );
    for (row, measured) in rows {
        let to_token = measured.instructions_to_token;
        let outside = measured.instructions_outside_tls_handshake;
        let share = 100.0 * outside as f64 / to_token as f64;
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} ({share:.1} %) |",
            row.features.replace(',', "`, `"),
            grouped(measured.sizes.flash_bytes),
            grouped(measured.sizes.static_ram_bytes),
            grouped(measured.stack_bytes),
            millions(to_token),
            millions(outside),
        );
    }
    let differences = rows.iter().flat_map(|row| &row.1.differences);
    let most = differences
        .map(|difference| difference.percent)
        .reduce(f64::max);
    let agreement = match most {
        Some(percent) => format!(
            "they differ by {percent:.1} % at most, for how the network's packets fall is up to the host"
        ),
        None => "they agree within 1 %".to_owned(),
    };
    let _ = write!(
        text,
        "\nBytes, and instructions of a Cortex-M4F in QEMU (`-icount shift=0`) without idle time, the \
         mean of two runs; {agreement}. Flash is code, constants and initial values. Static RAM is all of `.data`, \
         `.bss` and `.uninit`: with the TLS record buffer, the queue of readings and the network stack; \
         not what holds the configuration, which is a page of flash on a board. The stack is counted until a reading has been sent and the connection is \
         over. Instructions count from the search for the instance's address: DNS, TCP, the handshake \
         with a chain of three certificates ({}), the token request. With `jwt-bearer` the token comes \
         by JWT bearer, else by client credentials. The log's text is in `log-text` alone, as a board \
         with `defmt` has none in flash. `small-records` has a record buffer of 4,352 bytes instead of \
         16,640.\n",
        certificates(rows),
    );
    text
}

fn certificates(rows: &[(Row, Measured)]) -> String {
    let mut kinds = Vec::new();
    for (row, _) in rows {
        let kind = match row.variant.firmware {
            Firmware::P256 => "P-256 where there is nothing else",
            Firmware::P384 | Firmware::JwtBearer => "P-384",
            Firmware::Rsa => "RSA-2048 with `rsa`",
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds.join(", ")
}

/// The real boards' table.
pub fn boards_table(boards: &[(Board, Sizes)]) -> String {
    let mut text = String::from("| board | flash | static RAM |\n|---|--:|--:|\n");
    for (board, sizes) in boards {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            board.name(),
            grouped(sizes.flash_bytes),
            grouped(sizes.static_ram_bytes),
        );
    }
    text.push_str("\nBytes, with the features that are there by default, and `DEFMT_LOG=info`.\n");
    text
}

/// A file with the text between the markers of that name replaced, if it has them.
pub fn written(file: &str, marker: &str, text: &str) -> Option<String> {
    let (begin, end) = (
        format!("<!-- {marker} -->\n"),
        format!("<!-- /{marker} -->"),
    );
    let start = file.find(&begin)? + begin.len();
    let end = start + file[start..].find(&end)?;
    Some(format!("{}\n{text}\n{}", &file[..start], &file[end..]))
}

/// A number with its digits in groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// No more digits than two runs have in common.
fn millions(number: u64) -> String {
    let millions = number as f64 / 1e6;
    match millions {
        ..1.0 => format!("{millions:.2} M"),
        ..10.0 => format!("{millions:.1} M"),
        _ => format!("{millions:.0} M"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::FEATURE_SETS;

    fn measured() -> Measured {
        Measured {
            sizes: Sizes {
                flash_bytes: 166_912,
                static_ram_bytes: 42_000,
            },
            stack_bytes: 19_700,
            instructions_to_token: 32_400_000,
            instructions_outside_tls_handshake: 200_000,
            differences: Vec::new(),
        }
    }

    #[test]
    fn a_line_for_a_program_is_json_with_the_names_that_were_agreed() {
        let line = json(&FEATURE_SETS[0], &measured());
        assert_eq!(
            line,
            r#"{"features":"client-credentials,p256","flash_bytes":166912,"static_ram_bytes":42000,"stack_bytes":19700,"instructions_to_token":32400000,"instructions_outside_tls_handshake":200000}"#
        );
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["stack_bytes"], 19_700);
    }

    #[test]
    fn the_table_has_a_line_for_each_and_says_how_far_runs_differ() {
        let mut rows = vec![(FEATURE_SETS[0], measured()), (FEATURE_SETS[1], measured())];
        let text = device_table(&rows);
        let line =
            "| `client-credentials`, `p256` | 166,912 | 42,000 | 19,700 | 32 M | 0.20 M (0.6 %) |";
        assert!(text.contains(line), "{text}");
        assert!(text.contains("they agree within 1 %"));

        rows[1].1.differences.push(crate::figures::Difference {
            figure: "to the token",
            percent: 2.34,
        });
        assert!(device_table(&rows).contains("they differ by 2.3 % at most"));
    }

    #[test]
    fn a_file_is_changed_between_the_markers_alone() {
        let file = "before\n<!-- a -->\nold\n<!-- /a -->\nafter\n";
        let new = written(file, "a", "new\n").unwrap();
        assert_eq!(new, "before\n<!-- a -->\n\nnew\n\n<!-- /a -->\nafter\n");
        assert_eq!(written(&new, "a", "new\n").unwrap(), new);
        assert_eq!(written(file, "b", "new\n"), None);
    }
}
