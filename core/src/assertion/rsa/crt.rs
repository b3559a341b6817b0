//! The private-key operation by the Chinese remainder theorem (RFC 8017 §5.1.2), on a bigint
//! library whose numbers have a fixed size.

use crypto_bigint::{
    Limb, Uint, Word, Zero,
    modular::runtime_mod::{DynResidue, DynResidueParams},
};
use zeroize::Zeroize;

use crate::assertion::{private_key::rsa::Numbers, signer::SigningError};

/// A private key whose primes have `H` words each.
pub(super) struct Crt<const H: usize> {
    p: Uint<H>,
    q: Uint<H>,
    dp: Uint<H>,
    dq: Uint<H>,
    q_inv: Uint<H>,
    /// The public exponent, which checks the signature.
    e: u32,
}

/// A number of twice the words: the lower half and the upper one.
type Wide<const H: usize> = (Uint<H>, Uint<H>);

impl<const H: usize> Crt<H> {
    const HALF_LEN: usize = H.saturating_mul(Limb::BYTES);
    /// The length in bytes of the modulus, and of a signature.
    pub(super) const MODULUS_LEN: usize = Self::HALF_LEN.saturating_mul(2);

    /// `None` where the numbers do not make a key of this size.
    pub(super) fn new(numbers: &Numbers<'_>) -> Option<Self> {
        let key = Self {
            p: from_be(numbers.p)?,
            q: from_be(numbers.q)?,
            dp: from_be(numbers.dp)?,
            dq: from_be(numbers.dq)?,
            q_inv: from_be(numbers.q_inv)?,
            e: numbers.e,
        };
        let odd = |number: &Uint<H>| number.as_words().first().is_some_and(|word| word & 1 == 1);
        // The modulus has its highest bit set, so both primes that it is the product of have too.
        let (low, high) = numbers
            .n
            .split_at_checked(Self::HALF_LEN)
            .map(|(high, low)| (low, high))?;
        let n: Wide<H> = (from_be(low)?, from_be(high)?);
        let good = odd(&key.p)
            && odd(&key.q)
            && key.p != key.q
            && key.p.mul_wide(&key.q) == n
            && key.q_inv < key.p
            && !bool::from(key.q_inv.is_zero());
        good.then_some(key)
    }

    /// Puts `message`, in big-endian order and as long as the modulus, to the power of the private
    /// exponent, and checks the result with the public one: a fault in the arithmetic of one prime
    /// would otherwise give the other prime away (Boneh, DeMillo, Lipton 1997).
    pub(super) fn sign(&self, message: &mut [u8]) -> Result<(), SigningError> {
        let mut wide = from_be_wide(message).ok_or(SigningError)?;
        let mod_p = DynResidueParams::new(&self.p);
        let mod_q = DynResidueParams::new(&self.q);
        let mut of_p = residue(&wide, mod_p);
        let mut of_q = residue(&wide, mod_q);

        // The number of bits is the primes', whatever the exponents' values.
        let mut s_p = of_p.pow(&self.dp);
        let mut s_q = of_q.pow(&self.dq);
        // Garner: s = s_q + q · ((s_p − s_q) / q mod p)
        let mut low_part = s_q.retrieve();
        let mut difference = s_p.sub(&DynResidue::new(&low_part, mod_p));
        let mut h = difference
            .mul(&DynResidue::new(&self.q_inv, mod_p))
            .retrieve();
        wide = self.q.mul_wide(&h);
        let (low, carry) = wide.0.adc(&low_part, Limb::ZERO);
        wide = (low, wide.1.adc(&Uint::ZERO, carry).0);

        let holds = self.raises_to(&wide, &of_p, mod_p) && self.raises_to(&wide, &of_q, mod_q);
        for residue in [&mut of_p, &mut of_q, &mut s_p, &mut s_q, &mut difference] {
            residue.zeroize();
        }
        h.zeroize();
        low_part.zeroize();
        if !holds {
            return Err(SigningError);
        }
        to_be_wide(wide, message);
        Ok(())
    }

    /// Whether `signature` to the power of the public exponent is `message`, modulo one prime.
    /// Both primes together say so modulo their product.
    fn raises_to(
        &self,
        signature: &Wide<H>,
        message: &DynResidue<H>,
        params: DynResidueParams<H>,
    ) -> bool {
        let mut base = residue(signature, params);
        // The number of its bits is as public as the exponent.
        let e = Uint::<1>::from_u32(self.e);
        let raised = base.pow_bounded_exp(&e, e.bits_vartime());
        base.zeroize();
        raised.retrieve() == message.retrieve()
    }
}

impl<const H: usize> Drop for Crt<H> {
    fn drop(&mut self) {
        for number in [
            &mut self.p,
            &mut self.q,
            &mut self.dp,
            &mut self.dq,
            &mut self.q_inv,
        ] {
            number.zeroize();
        }
    }
}

/// A number modulo a prime, by Montgomery's reduction alone: the library divides bit by bit.
fn residue<const H: usize>(wide: &Wide<H>, params: DynResidueParams<H>) -> DynResidue<H> {
    let mut lower = DynResidue::new(&wide.0, params);
    let mut upper = DynResidue::new(&wide.1, params);
    // Montgomery's form of the upper half has the factor in it that the half stands for.
    let mut shifted = DynResidue::new(upper.as_montgomery(), params);
    let whole = lower.add(&shifted);
    for part in [&mut lower, &mut upper, &mut shifted] {
        part.zeroize();
    }
    whole
}

/// `None` where the number has more than `H` words.
fn from_be<const H: usize>(bytes: &[u8]) -> Option<Uint<H>> {
    let mut number = Uint::ZERO;
    let mut words = number.as_words_mut().iter_mut();
    for chunk in bytes.rchunks(Limb::BYTES) {
        let word = words.next()?;
        for byte in chunk {
            *word = *word << 8 | Word::from(*byte);
        }
    }
    Some(number)
}

fn from_be_wide<const H: usize>(bytes: &[u8]) -> Option<Wide<H>> {
    if bytes.len() != Crt::<H>::MODULUS_LEN {
        return None;
    }
    let (high, low) = bytes.split_at_checked(Crt::<H>::HALF_LEN)?;
    Some((from_be(low)?, from_be(high)?))
}

fn to_be_wide<const H: usize>(wide: Wide<H>, bytes: &mut [u8]) {
    let words = wide.0.as_words().iter().chain(wide.1.as_words());
    for (chunk, word) in bytes.rchunks_mut(Limb::BYTES).zip(words) {
        for (to, from) in chunk.iter_mut().zip(word.to_be_bytes()) {
            *to = from;
        }
    }
}
