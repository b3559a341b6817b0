//! The calls of a panic that the compiler leaves in other people's code.

/// A crate, a function's name in it, and why it does not panic where core calls it.
pub(crate) type Excuse = (&'static str, &'static str, &'static str);

/// All that there are.
pub(crate) const EXCUSES: &[Excuse] = &[
    (
        "block-buffer",
        "digest_blocks",
        "the position in a block is less than the block's length at all times",
    ),
    (
        "block-buffer",
        "digest_pad",
        "as above, and the suffix is a hash's count of bits, which is less than a block",
    ),
    (
        "cmov",
        "cmovnz",
        "both slices are the limbs of numbers of one type",
    ),
    (
        "core",
        "fmt",
        "of `str`: the text is cut where its own characters begin",
    ),
    (
        "crypto-bigint",
        "from_be_slice",
        "it is given chunks of a limb's length",
    ),
    (
        "crypto-bigint",
        "shr_in_place_wide",
        "it shifts by 30 or 62 bits, a constant below both numbers' lengths",
    ),
    (
        "crypto-bigint",
        "from_be_slice_truncated",
        "it is given a field element's bytes, whose number the curve's type sets",
    ),
    (
        "crypto-bigint",
        "write_be_bytes",
        "a chunk has a limb's length",
    ),
    (
        "crypto-bigint",
        "mask_high_limb",
        "the precision is the order's, which the limbs were made for",
    ),
    (
        "crypto-bigint",
        "multi_exponentiate_montgomery_form_internal",
        "the windows are those of the exponent's type, a constant number of limbs",
    ),
    (
        "crypto-bigint",
        "generate_params",
        "each index is below the number of limbs, a constant",
    ),
    (
        "crypto-bigint",
        "montgomery_reduction",
        "each index is below the number of limbs, a constant",
    ),
    (
        "crypto-bigint",
        "new",
        "no key is loaded whose primes are not odd",
    ),
    (
        "crypto-bigint",
        "bounded_shr_assign",
        "the shift is a bit length's difference, below the bound that is a number's length",
    ),
    (
        "crypto-bigint",
        "conditional_shr_assign_by_limbs_vartime",
        "the loop ends where the index and the shift are the number of limbs",
    ),
    (
        "crypto-bigint",
        "shr_assign_limb_with_carry",
        "the shift has been replaced by 1 where it is 0",
    ),
    (
        "crypto-bigint",
        "copy_from_slice",
        "both have the limbs of numbers of one type",
    ),
    (
        "crypto-bigint",
        "leading_mut",
        "the length is that of a number that the other one was made to hold",
    ),
    (
        "crypto-bigint",
        "trailing",
        "the start is below the number of limbs, both constants",
    ),
    (
        "ecdsa",
        "to_bytes",
        "R and S have the length of the curve's field, as has each half of the signature",
    ),
    (
        "elliptic-curve",
        "uint_to_bytes",
        "the field's length is what is left of the number's bytes behind the offset",
    ),
    (
        "hmac",
        "new",
        "a key of any length is good: the error is one that never comes",
    ),
    (
        "hmac",
        "get_der_key",
        "the key is no longer than a block, which is asked before, or a hash, which never is",
    ),
    (
        "httparse",
        "parse_headers_iter_uninit",
        "a position that was found in a slice is below its length",
    ),
    (
        "httparse",
        "offsetnz",
        "who calls it has seen that one of the bytes is not zero",
    ),
    (
        "hybrid-array",
        "index",
        "the index is a constant below the array's length",
    ),
    (
        "hybrid-array",
        "index_mut",
        "the position in a block is less than the block's length at all times",
    ),
    (
        "log",
        "set_logger_racy",
        "a board's own call: it panics where another thread sets a logger up at the same time",
    ),
    (
        "rfc6979",
        "fill_bytes",
        "a chunk is no longer than the hash that it is cut by, and a key of any length is good",
    ),
    (
        "rfc6979",
        "new",
        "a key of any length is good: the error is one that never comes",
    ),
    (
        "rfc6979",
        "bits2int",
        "what is discarded is what the hash has more than the curve's order",
    ),
    (
        "sha2",
        "finalize_variable_core",
        "a chunk has a word's length",
    ),
    (
        "subtle",
        "unwrap",
        "of the inverse of a nonce, which its type keeps from being zero, and of what is below the order",
    ),
];

/// What other versions of the compiler leave as calls; with the one that rustup brings they need not
/// be there.
pub(crate) const OF_OTHER_COMPILERS: &[Excuse] = &[
    (
        "digest",
        "finalize_fixed_core",
        "copies of a hash, whose length its type sets",
    ),
    (
        "rfc6979",
        "int2octets",
        "a limb's bytes are no more than are left of the number's",
    ),
];
