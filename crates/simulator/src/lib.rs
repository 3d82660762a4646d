//! The session core in simulated browsers: what becomes of it, and what a fleet of it does to a platform.
//!
//! For development and tests only; nothing of it reaches a visitor.
//! One seed is one run: tabs on one storage, a way to the platform, the platform itself and the visitors live on one
//! virtual clock ([`run()`]), everything observable becomes a [`History`], and a judge that reads nothing else decides
//! the invariants of `faults.md` section 4.2 ([`checker`]).
//!
//! | room | for |
//! |---|---|
//! | `world`, `page`, `browser`, `storage` | what happens next; the pages it happens to; what tabs share |
//! | `platform` | the platform's contract, without a network |
//! | `plan`, `rng` | what a run is, drawn from its seed |
//! | `history` | what was observable |
//! | `checker` | what of it breaks a promise |
//! | `coverage` | what runs consisted of |
//! | `hunt` | planted defects and who catches them |
//! | [`replay`] | what a page told its session, told to another one again |
//! | `fleet` | the same core by the hundred thousand, for the platform's sake |

mod browser;
pub mod checker;
mod coverage;
pub mod fleet;
mod history;
#[cfg(feature = "defects")]
mod hunt;
mod page;
mod plan;
mod platform;
pub mod replay;
mod rng;
mod run;
mod storage;
mod world;

#[cfg(feature = "defects")]
pub use self::hunt::{Hunt, Kill};
pub use self::{
    coverage::Coverage,
    history::{By, Click, Doom, Happening, History, Holds, Life, Record, Setting, Spot, Who},
    plan::{Fault, Manners, Occasions, Plan},
    run::{Options, Outcome, failing_seeds, run},
};
