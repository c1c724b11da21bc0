//! Failed sign-ins make the node answer later and later: for the name that was typed, whether there is such an account or not, and for
//! the address it came from.

use std::net::IpAddr;

use jiff::SignedDuration;
use oikos_journal::{Entry, Outcome};
use oikos_model::{Action, Timestamp, UserName};
use oikos_registry::{AttemptsRow, Transaction};

use crate::{Node, NodeError};

/// So many failures under one name are a person's own mistakes.
const FAILURES_OF_ACCOUNT: u32 = 5;
/// From one address several people may sign in.
const FAILURES_OF_ADDRESS: u32 = 20;
/// A pause so long begins the count of failures anew.
const PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// The longest delay, in minutes.
const DELAY_MINUTES_MAXIMUM: i64 = 60;
/// After so long without a failure the delays begin with one minute again.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// How many sources that are no account are remembered.
const STRANGERS_KEPT: usize = 10_000;

/// Under what name, and from where, somebody tries to sign in.
pub(crate) struct Sources(Vec<(String, u32)>);

impl Sources {
    /// This machine's own address does not count: people who sit at it, and a proxy before the node, are behind it together.
    pub(crate) fn of(name: &UserName, address: Option<IpAddr>) -> Self {
        let account = (source_of(name), FAILURES_OF_ACCOUNT);
        let address = address.filter(|address| !address.is_loopback());
        let address = address.map(|address| (format!("address:{address}"), FAILURES_OF_ADDRESS));
        Self(std::iter::once(account).chain(address).collect())
    }
}

fn source_of(name: &UserName) -> String {
    format!("account:{name}")
}

/// What is known of a source after one more failure.
fn after_failure(known: Option<AttemptsRow>, source: &str, allowed: u32, now: Timestamp) -> AttemptsRow {
    let since = |row: &AttemptsRow| now.duration_since(row.last_failure_at);
    let known = known.filter(|row| since(row) < FORGOTTEN_AFTER);
    let goes_on = known.as_ref().is_some_and(|row| row.delays > 0 || since(row) < PAUSE);
    let (failures, delays) = known.filter(|_| goes_on).map_or((0, 0), |row| (row.failures, row.delays));
    let failures = failures.saturating_add(1);
    let is_delayed = delays > 0 || failures >= allowed;
    let minutes = 1_i64.checked_shl(delays).unwrap_or(DELAY_MINUTES_MAXIMUM).clamp(1, DELAY_MINUTES_MAXIMUM);
    AttemptsRow {
        source: source.to_owned(),
        failures,
        last_failure_at: now,
        delays: if is_delayed { delays.saturating_add(1).min(32) } else { delays },
        delayed_until: is_delayed.then(|| now.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(now)),
        unheard: 0,
    }
}

/// Until when an account's sign-ins are not heard, where that is so now.
pub(crate) fn delayed_until(tx: &dyn Transaction, name: &UserName, now: Timestamp) -> Result<Option<Timestamp>, NodeError> {
    Ok(tx.attempts(&source_of(name))?.and_then(|row| row.delayed_until).filter(|until| *until > now))
}

/// Forgets the failures under a name. Returns whether there were any.
pub(crate) fn forget(tx: &mut dyn Transaction, name: &UserName) -> Result<bool, NodeError> {
    Ok(tx.forget_attempts(&source_of(name))?)
}

impl Node {
    /// Refuses to hear somebody whose attempts are delayed. What comes during a delay is counted, and the count is in the journal with
    /// the next failure: a flood of attempts is no flood of entries.
    pub(crate) fn hear(&self, sources: &Sources) -> Result<(), NodeError> {
        let now = self.clock().now();
        let mut until: Option<Timestamp> = None;
        let act = self.itself().act(Action::SignIn, now);
        let known = self.store().snapshot(&act)?;
        let mut delayed = Vec::new();
        for (source, _) in &sources.0 {
            if let Some(row) = known.attempts(source)?
                && row.delayed_until.is_some_and(|until| until > now)
            {
                until = until.max(row.delayed_until);
                delayed.push(row);
            }
        }
        drop(known);
        let Some(until) = until else { return Ok(()) };
        self.housekeeping(Action::SignIn, |tx| {
            for row in delayed {
                tx.put_attempts(&AttemptsRow { unheard: row.unheard.saturating_add(1), ..row })?;
            }
            Ok(())
        })?;
        let after_seconds = until.duration_since(now).as_secs().unsigned_abs().max(1);
        Err(NodeError::TooManyAttempts { after_seconds })
    }

    /// Counts a failure and journals the refusal. The entry names what was typed as a name; it may be no account.
    pub(crate) fn count_failure(&self, name: &UserName, sources: &Sources, reason: &str) -> Result<(), NodeError> {
        let act = self.itself().act(Action::SignIn, self.clock().now());
        let mut tx = self.store().begin(&act)?;
        let mut words = vec![reason.to_owned()];
        for (source, allowed) in &sources.0 {
            let known = tx.attempts(source)?;
            if let Some(row) = known.as_ref().filter(|row| row.unheard > 0) {
                words.push(format!("{} attempts were not heard before", row.unheard));
            }
            let row = after_failure(known, source, *allowed, act.at);
            if let Some(until) = row.delayed_until {
                words.push(format!("{} is not heard until {}", row.source, crate::findings::seconds(until)));
            }
            tx.put_attempts(&row)?;
        }
        tx.erase_attempts(act.at.saturating_sub(FORGOTTEN_AFTER).map_err(NodeError::internal)?, STRANGERS_KEPT)?;
        let outcome = Outcome::Denied { reason: words.join("; ") };
        let subjects = vec![format!("user:{name}")];
        let entry = Entry { act, outcome, subjects, recipient: None, detail: serde_json::Value::Null };
        oikos_journal::record(tx.as_mut(), &entry).map_err(NodeError::internal)?;
        Ok(tx.commit()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    /// Fails at each of these seconds, and gives for how many seconds nobody is heard after the last.
    fn delay_after(seconds: impl IntoIterator<Item = i64>) -> i64 {
        let (mut known, mut now) = (None, at(0));
        for second in seconds {
            now = at(second);
            known = Some(after_failure(known, "account:anna", FAILURES_OF_ACCOUNT, now));
        }
        known.and_then(|row| row.delayed_until).map_or(0, |until| until.duration_since(now).as_secs())
    }

    #[test]
    fn delays_begin_at_the_fifth_failure_and_double_up_to_an_hour() {
        assert_eq!(delay_after(0..4), 0);
        let minutes: Vec<i64> = (5..14).map(|failures| delay_after(0..failures) / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(delay_after(0..10_000), 3_600);
    }

    #[test]
    fn a_pause_begins_the_count_anew_but_not_the_delays() {
        let pause = PAUSE.as_secs();
        assert_eq!(delay_after([0, 1, 2, 3, 3 + pause]), 0, "four mistakes, a pause, and one more");
        assert_eq!(delay_after([0, 1, 2, 3, 2 + pause]), 60, "five within fifteen minutes of one another");
        assert_eq!(delay_after([0, 1, 2, 3, 4, 4 + 2 * pause]), 120, "whoever waits a delay out does not get five more");
        assert_eq!(delay_after([0, 1, 2, 3, 4, 4 + FORGOTTEN_AFTER.as_secs()]), 0);
    }

    #[test]
    fn an_address_counts_beside_the_name_unless_it_is_this_machine() {
        let count = |address: &str| Sources::of(&"anna".parse().unwrap(), address.parse().ok()).0.len();
        assert_eq!((count("192.0.2.7"), count("127.0.0.1"), count("::1"), count("")), (2, 1, 1, 1));
    }
}
