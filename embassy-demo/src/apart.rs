//! Futures that keep their place on the stack to themselves.

use core::{
    pin::Pin,
    task::{Context, Poll},
};

/// A future whose steps have a place on the stack of their own, and only while they run. The
/// compiler would keep a place for all that is in them in the caller's, all the time.
pub(crate) struct Apart<'f, F>(pub(crate) Pin<&'f mut F>);

impl<F: Future> Future for Apart<'_, F> {
    type Output = F::Output;

    #[inline(never)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.0.as_mut().poll(context)
    }
}
