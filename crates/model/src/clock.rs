//! Time, handed in. Nothing in Oikos asks the operating system for the time except [`SystemClock`].

use std::sync::Mutex;

use jiff::Timestamp;

/// Where a room gets the time from. A run that is replayed gets the time it first ran at.
pub trait Clock: Send + Sync {
    /// The present moment, in UTC.
    fn now(&self) -> Timestamp;
}

/// The operating system's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still until it is told the time: for the scenario, tests and replays.
#[derive(Debug)]
pub struct SimulatedClock(Mutex<Timestamp>);

impl SimulatedClock {
    /// A clock that shows `start`.
    pub fn new(start: Timestamp) -> Self {
        Self(Mutex::new(start))
    }

    /// Moves the clock to `now`. A clock never goes back: an earlier time is ignored.
    pub fn advance_to(&self, now: Timestamp) {
        let mut shown = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if now > *shown {
            *shown = now;
        }
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulated_clock_never_goes_back() {
        let clock = SimulatedClock::new(Timestamp::from_second(100).unwrap());
        clock.advance_to(Timestamp::from_second(50).unwrap());
        assert_eq!(clock.now().as_second(), 100);
        clock.advance_to(Timestamp::from_second(150).unwrap());
        assert_eq!(clock.now().as_second(), 150);
    }
}
