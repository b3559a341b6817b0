//! What core and the library do on a desktop, beside what people use for it and beside the bare
//! primitives that it stands on.
//!
//! Each contender is one closure. The tests compare what it hands out, and the same closure is what is
//! measured: in time, interleaved with its rivals ([`figures`]) or by criterion, and in instructions.

pub mod assertion;
pub mod figures;
pub mod form;
pub mod token_response;

/// What a contender has made, lent to whoever looks at it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Output<'a> {
    /// A signed assertion.
    Jws(&'a str),
    /// The signature of [`assertion::signing_input`] alone.
    Signature(&'a [u8]),
    /// The private-key operation modulo each prime, in big-endian order: a signature but for the
    /// putting together.
    Halves(&'a [u8], &'a [u8]),
    /// What a token response says.
    Token(token_response::Said<'a>),
    /// The body of a form.
    Form(&'a [u8]),
}

/// Does the work once, and lends what it made.
pub type Work = Box<dyn FnMut(&mut dyn FnMut(Output<'_>))>;

/// One way to do a thing.
pub struct Contender {
    /// Who does it.
    pub name: &'static str,
    /// The piece that is measured.
    pub work: Work,
}

impl Contender {
    fn new(name: &'static str, work: impl FnMut(&mut dyn FnMut(Output<'_>)) + 'static) -> Self {
        Self {
            name,
            work: Box::new(work),
        }
    }
}

/// A contender to measure ours against, and what is aimed at.
pub struct Rival {
    /// The other way.
    pub contender: Contender,
    /// How many times as long as ours it should take at least.
    pub aim: f64,
}

/// An aim: to be no slower.
const NO_SLOWER: f64 = 1.0;

/// One thing to do, our way to do it and the others.
pub struct Contest {
    /// The thing.
    pub what: &'static str,
    /// Our way.
    pub ours: Contender,
    /// The others.
    pub rivals: Vec<Rival>,
}

impl Contest {
    fn new(what: &'static str, ours: Contender) -> Self {
        Self {
            what,
            ours,
            rivals: Vec::new(),
        }
    }

    fn against(mut self, aim: f64, contender: Contender) -> Self {
        self.rivals.push(Rival { contender, aim });
        self
    }

    /// All contenders, ours first.
    pub fn contenders(&mut self) -> impl Iterator<Item = &mut Contender> {
        let rivals = self.rivals.iter_mut().map(|rival| &mut rival.contender);
        core::iter::once(&mut self.ours).chain(rivals)
    }
}

/// All there are.
pub fn contests() -> Vec<Contest> {
    let mut all = assertion::contests();
    all.extend(token_response::contests());
    all.extend(form::contests());
    all
}
