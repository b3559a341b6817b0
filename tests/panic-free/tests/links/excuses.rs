//! The calls of a panic that the compiler leaves in other people's code.

/// What the compiler has put together from several places of a crate.
pub(crate) const OUTLINED: &str = "OUTLINED_FUNCTION";

/// A crate, a function of it, and why it does not panic where core calls it.
pub(crate) type Excuse = (&'static str, &'static str, &'static str);

/// All that there are.
pub(crate) const EXCUSES: &[Excuse] = &[
    (
        "block-buffer",
        "block_buffer::BlockBuffer<BlockSize,Kind>::digest_blocks",
        "the position in a block is less than the block's length at all times",
    ),
    (
        "block-buffer",
        "block_buffer::BlockBuffer<BlockSize,block_buffer::Eager>::digest_pad",
        "as above, and the suffix is a hash's count of bits, which is less than a block",
    ),
    (
        "cmov",
        "cmov::slice::<impl cmov::Cmov for [u32]>::cmovnz",
        "both slices are the limbs of numbers of one type",
    ),
    (
        "core",
        "<&T as core::fmt::Debug>::fmt",
        "of `str`: the text is cut where its own characters begin",
    ),
    (
        "core",
        "<f32 as core::fmt::Display>::fmt",
        "the buffers have the length of the longest number, by the library's own proof",
    ),
    (
        "core",
        "<f64 as core::fmt::Display>::fmt",
        "the buffers have the length of the longest number, by the library's own proof",
    ),
    (
        "crypto-bigint",
        OUTLINED,
        "pieces of the functions of this crate that stand here",
    ),
    (
        "crypto-bigint",
        "crypto_bigint::limb::encoding::<impl crypto_bigint::limb::Limb>::from_be_slice",
        "it is given chunks of a limb's length",
    ),
    (
        "crypto-bigint",
        "crypto_bigint::modular::safegcd::shr_in_place_wide",
        "it shifts by 30 or 62 bits, a constant below both numbers' lengths",
    ),
    (
        "crypto-bigint",
        "crypto_bigint::uint::encoding::<impl crypto_bigint::uint::Uint<_>>::from_be_slice_truncated",
        "it is given a field element's bytes, whose number the curve's type sets",
    ),
    (
        "crypto-bigint",
        "crypto_bigint::uint::encoding::<impl crypto_bigint::uint::Uint<_>>::write_be_bytes",
        "a chunk has a limb's length",
    ),
    (
        "crypto-bigint",
        "crypto_bigint::uint::encoding::mask_high_limb",
        "the precision is the order's, which the limbs were made for",
    ),
    (
        "crypto-bigint",
        "crypto_bigint::uint::modular::reduction::montgomery_reduction",
        "each index is below the number of limbs, a constant",
    ),
    (
        "crypto-bigint",
        "crypto_bigint::uint::modular::runtime_mod::DynResidueParams<_>::new",
        "no key is loaded whose primes are not odd",
    ),
    (
        "crypto-bigint",
        "crypto_bigint::uint::ref_type::shr::<impl crypto_bigint::uint::ref_type::UintRef>::bounded_shr_assign",
        "the shift is a bit length's difference, below the bound that is a number's length",
    ),
    (
        "crypto-bigint",
        "crypto_bigint::uint::ref_type::shr::<impl crypto_bigint::uint::ref_type::UintRef>::conditional_shr_assign_by_limbs_vartime",
        "the loop ends where the index and the shift are the number of limbs",
    ),
    (
        "crypto-bigint",
        "crypto_bigint::uint::ref_type::shr::<impl crypto_bigint::uint::ref_type::UintRef>::shr_assign_limb_with_carry",
        "the shift has been replaced by 1 where it is 0",
    ),
    (
        "crypto-bigint",
        "crypto_bigint::uint::ref_type::slice::<impl crypto_bigint::uint::ref_type::UintRef>::copy_from_slice",
        "both have the limbs of numbers of one type",
    ),
    (
        "crypto-bigint",
        "crypto_bigint::uint::ref_type::slice::<impl crypto_bigint::uint::ref_type::UintRef>::leading_mut",
        "the length is that of a number that the other one was made to hold",
    ),
    (
        "crypto-bigint",
        "crypto_bigint::uint::ref_type::slice::<impl crypto_bigint::uint::ref_type::UintRef>::trailing",
        "the start is below the number of limbs, both constants",
    ),
    (
        "crypto-bigint",
        "crypto_bigint::uint::shl::<impl crypto_bigint::uint::Uint<_>>::shl_vartime",
        "a shift of the number's length or more returns before",
    ),
    (
        "crypto-bigint",
        "crypto_bigint::uint::shl::<impl crypto_bigint::uint::Uint<_>>::shl_vartime_wide",
        "a shift of twice the number's length or more returns before",
    ),
    (
        "digest",
        OUTLINED,
        "copies of a block or of a hash, whose lengths the hash's type sets",
    ),
    (
        "ecdsa",
        "ecdsa::Signature<C>::to_bytes",
        "R and S have the length of the curve's field, as has each half of the signature",
    ),
    (
        "elliptic-curve",
        "elliptic_curve::field::uint_to_bytes",
        "the field's length is what is left of the number's bytes behind the offset",
    ),
    (
        "hmac",
        "<hmac::simple::SimpleHmac<D> as crypto_common::KeyInit>::new",
        "a key of any length is good: the error is one that never comes",
    ),
    (
        "hmac",
        "hmac::get_der_key",
        "the key is no longer than a block, which is asked before, or a hash, which never is",
    ),
    (
        "hmac",
        "hmac::utils::get_der_key",
        "the key is no longer than a block, which is asked before, or a hash, which never is",
    ),
    (
        "httparse",
        "httparse::parse_headers_iter_uninit",
        "a position that was found in a slice is below its length",
    ),
    (
        "httparse",
        "httparse::simd::swar::offsetnz",
        "who calls it has seen that one of the bytes is not zero",
    ),
    (
        "hybrid-array",
        "<hybrid_array::Array<T,U> as core::ops::index::Index<I>>::index",
        "the index is a constant below the array's length",
    ),
    (
        "hybrid-array",
        "<hybrid_array::Array<T,U> as core::ops::index::IndexMut<I>>::index_mut",
        "the position in a block is less than the block's length at all times",
    ),
    (
        "log",
        "log::set_logger_racy",
        "a board's own call: it panics where another thread sets a logger up at the same time",
    ),
    (
        "rfc6979",
        OUTLINED,
        "copies of a hash's bytes, and what stands in the functions of this crate below",
    ),
    (
        "rfc6979",
        "rfc6979::HmacDrbg<D>::fill_bytes",
        "a chunk is no longer than the hash that it is cut by, and a key of any length is good",
    ),
    (
        "rfc6979",
        "rfc6979::HmacDrbg<D>::new",
        "a key of any length is good: the error is one that never comes",
    ),
    (
        "rfc6979",
        "rfc6979::bits2int",
        "what is discarded is what the hash has more than the curve's order",
    ),
    (
        "sha2",
        "<sha2::core_api::Sha256VarCore as digest::core_api::VariableOutputCore>::finalize_variable_core",
        "a chunk has a word's length",
    ),
    (
        "sha2",
        "<sha2::core_api::Sha512VarCore as digest::core_api::VariableOutputCore>::finalize_variable_core",
        "a chunk has a word's length",
    ),
    (
        "subtle",
        "subtle::CtOption<T>::unwrap",
        "of the inverse of a nonce, which its type keeps from being zero, and of what is below the order",
    ),
];
