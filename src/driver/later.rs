//! What a driver has later than the rest (`src/ui/later.rs` tells how), for a page with `debug`: its widget begins when this
//! is there, and no other ever fetches it.

pub(super) mod trace {
    use std::cell::RefCell;

    use miptech_chat_session::{
        Input, Now, SessionConfig,
        trace::{self, Veil},
    };

    use crate::driver::Recorder;

    /// What one session was told, line by line; the beginning first.
    struct Trace(RefCell<(Veil, Vec<String>)>);

    /// Begins to write down what a session is told that is about to be made of this. If the recorder were given back, the
    /// optimiser would know outside what it is, and everything it leads to would come first.
    #[inline(never)]
    pub(in crate::driver) fn begin(
        recorder: &mut Option<Box<dyn Recorder>>,
        config: &SessionConfig,
        seed: u64,
        now: Now,
    ) {
        let mut veil = Veil::default();
        let beginning = trace::begin(&mut veil, config, seed, now);
        *recorder = Some(Box::new(Trace(RefCell::new((veil, vec![beginning])))));
    }

    impl Recorder for Trace {
        fn note(&self, input: &Input<'_>, now: Now) {
            let (veil, lines) = &mut *self.0.borrow_mut();
            if lines.len() < MOST_LINES {
                lines.push(trace::line(veil, input, now));
            }
        }

        fn lines(&self) -> String {
            self.0.borrow().1.join(",\n")
        }
    }

    /// Hours of talking, a few megabytes; our choice. What grew so long ends there, and is replayed as far as it goes.
    const MOST_LINES: usize = 20_000;
}
