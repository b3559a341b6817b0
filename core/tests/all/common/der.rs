//! As much of a writer of DER (X.690) as the tests need.

/// An `INTEGER` that is positive, from big-endian bytes.
pub(crate) fn integer(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0);
    let mut number = start.map_or(vec![0], |start| bytes[start..].to_vec());
    if number[0] >= 0x80 {
        number.insert(0, 0);
    }
    element(0x02, &number)
}

pub(crate) fn sequence(elements: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &elements.concat())
}

fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = match u16::try_from(contents.len()).unwrap().to_be_bytes() {
        [0, low @ 0..=0x7f] => vec![low],
        [0, low] => vec![0x81, low],
        [high, low] => vec![0x82, high, low],
    };
    [&[tag], &length[..], contents].concat()
}
