//! Looking through text for the first byte that is not like those before it.

/// How many bytes are looked at together. Where there are vectors, the compiler makes a few
/// instructions of it; elsewhere it would be more work.
const BLOCK: usize = if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
    16
} else {
    1
};

/// How many bytes `bytes` begins with that are all `plain`, which should have no branch in it. It is
/// asked for bytes behind those, too.
#[inline]
pub(crate) fn leading(bytes: &[u8], mut plain: impl FnMut(u8) -> bool) -> usize {
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let whole = blocks
        .iter()
        .take_while(|block| block.iter().fold(true, |all, byte| all & plain(*byte)));
    let looked_at = whole.count().saturating_mul(BLOCK);
    let rest = bytes.get(looked_at..).unwrap_or_default();
    looked_at.saturating_add(rest.iter().take_while(|byte| plain(**byte)).count())
}
