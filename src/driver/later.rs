//! What a driver has later than the rest (`src/ui/later.rs` tells how), for a page with `debug`: its widget begins when this
//! is there, and no other ever fetches it.

pub(super) mod trace {
    use std::cell::RefCell;

    use miptech_chat_session::{Input, Now, SessionConfig, trace::Trace};

    use crate::driver::Recorder;

    /// Begins to write down what a session is told that is about to be made of this. If the recorder were given back, the
    /// optimiser would know outside what it is, and everything it leads to would come first.
    #[inline(never)]
    pub(in crate::driver) fn begin(
        recorder: &mut Option<Box<dyn Recorder>>,
        config: &SessionConfig,
        seed: u64,
        now: Now,
    ) {
        *recorder = Some(Box::new(RefCell::new(Trace::begin(config, seed, now))));
    }

    impl Recorder for RefCell<Trace> {
        fn note(&self, input: &Input<'_>, now: Now) {
            let mut trace = self.borrow_mut();
            if trace.lines.len() < MOST_LINES {
                trace.note(input, now);
            }
        }

        fn lines(&self) -> String {
            self.borrow().lines.join(",\n")
        }
    }

    /// Hours of talking, a few megabytes; our choice. What grew so long ends there, and is replayed as far as it goes.
    const MOST_LINES: usize = 20_000;
}
