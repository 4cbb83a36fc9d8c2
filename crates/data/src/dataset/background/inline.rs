//! Items made when they are asked for, where there are no threads (WebAssembly).

use super::{Reply, guarded};
use crate::error::Result;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

type Make<T> = Box<dyn FnMut() -> Result<Option<T>> + Send>;

/// What [`super::Background`] is elsewhere, without working ahead.
pub(in crate::dataset) struct Background<T> {
    state: Mutex<State<T>>,
}

enum State<T> {
    Making(Make<T>),
    /// `None` after the last item, else the failure that every later request gets again.
    Ended(Option<crate::error::Error>),
}

impl<T: Send + 'static> Background<T> {
    /// Keeps `make`, which is called until it gives `None` or fails. Nothing can be asked to stop: what is not asked
    /// for is not made.
    pub(in crate::dataset) fn start(
        _ahead: usize,
        _stop: Arc<AtomicBool>,
        make: impl FnMut() -> Result<Option<T>> + Send + 'static,
    ) -> Result<Self> {
        Ok(Self { state: Mutex::new(State::Making(Box::new(guarded(make)))) })
    }

    /// Has `reply` called with the next item before this returns: with `None` after the last one, and after a
    /// failure with the same failure again.
    pub(in crate::dataset) fn ask(&self, reply: Reply<T>) {
        reply(self.next());
    }

    /// The next item.
    pub(in crate::dataset) fn next(&self) -> Result<Option<T>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = match &mut *state {
            State::Making(make) => make(),
            State::Ended(None) => return Ok(None),
            State::Ended(Some(failure)) => return Err(failure.clone()),
        };
        match &outcome {
            Ok(Some(_)) => {}
            Ok(None) => *state = State::Ended(None),
            Err(failure) => *state = State::Ended(Some(failure.clone())),
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::Background;
    use crate::error::Error;

    #[test]
    fn items_come_in_order_and_the_end_is_told_again() {
        let mut left = vec![3, 2, 1];
        let items = Background::start(4, Default::default(), move || Ok(left.pop())).expect("nothing to start");
        let got: Vec<_> = (0..5).map(|_| items.next().expect("no failure")).collect();
        assert_eq!(got, [Some(1), Some(2), Some(3), None, None]);
    }

    #[test]
    fn a_failure_is_told_again_and_nothing_more_is_made() {
        let mut calls = 0;
        let make = move || {
            calls += 1;
            if calls == 1 { Ok(Some(calls)) } else { Err(Error::io(format!("call {calls}"))) }
        };
        let items = Background::start(1, Default::default(), make).expect("nothing to start");
        assert_eq!(items.next().expect("the first"), Some(1));
        for _ in 0..2 {
            assert!(items.next().expect_err("the second").to_string().contains("call 2"));
        }
    }

    #[test]
    fn a_panic_is_a_failure() {
        let items = Background::<u8>::start(1, Default::default(), || panic!("a bug")).expect("nothing to start");
        assert!(items.next().expect_err("a panic").to_string().contains("panicked"));
    }
}
