//! By when a request wants an answer: the clock is the law's, not the software's.

use jiff::SignedDuration;
use oikos_exchange::{ClockRegime, ReleaseAsk, Urgency};
use oikos_model::Timestamp;

/// A deadline, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deadline {
    /// Hours after the request.
    pub(crate) hours: i64,
    /// The clause, or the house's rule where no law has one.
    pub(crate) law: &'static str,
}

/// The deadline of a request. A threat to life is answered at once, whatever else a regime says.
pub(crate) fn deadline(regime: ClockRegime, urgency: Urgency, directly_available: bool) -> Deadline {
    let of = |hours, law| Deadline { hours, law };
    match (urgency, regime) {
        (Urgency::ThreatToLife, _) => of(0, "a threat to life: at once"),
        (_, ClockRegime::Prum2) => of(48, "Reg. (EU) 2024/982 Art. 47: 48 hours after the match was confirmed"),
        (Urgency::Urgent, ClockRegime::Directive2023977) if directly_available => {
            of(8, "Dir. (EU) 2023/977 Art. 5(1): urgent and directly available, 8 hours")
        }
        (Urgency::Urgent, ClockRegime::Directive2023977) => of(72, "Dir. (EU) 2023/977 Art. 5(1): urgent, 3 days"),
        // Seven days are from memory and were not read in the directive's text.
        (Urgency::Normal, ClockRegime::Directive2023977) => of(168, "Dir. (EU) 2023/977 Art. 5(1): 7 days (unverified)"),
        // The directive's article on exchange was found, its days were not: the house's own days until somebody read them.
        (Urgency::Urgent, ClockRegime::Fiu) => of(24, "Dir. (EU) 2024/1640 Art. 31: the house's day, the law's is unverified"),
        (Urgency::Normal, ClockRegime::Fiu) => of(168, "Dir. (EU) 2024/1640 Art. 31: the house's week, the law's is unverified"),
        (_, ClockRegime::FdiCooperation) => of(35 * 24, "Reg. (EU) 2019/452 Art. 6(7): 35 days (unverified)"),
        (Urgency::Urgent, ClockRegime::Agreement) => of(72, "no law's clock: the house's three days"),
        (Urgency::Normal, ClockRegime::Agreement) => of(168, "no law's clock: the house's week"),
    }
}

/// The moment by which this request wants an answer.
pub(crate) fn due_at(ask: &ReleaseAsk) -> Timestamp {
    let Deadline { hours, .. } = deadline(ask.regime, ask.urgency, ask.directly_available.unwrap_or(false));
    // A request from the end of time is due then.
    ask.asked_at.checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_the_regime_s() {
        let hours = |regime, urgency, available| deadline(regime, urgency, available).hours;
        assert_eq!(hours(ClockRegime::Prum2, Urgency::Normal, false), 48);
        assert_eq!(hours(ClockRegime::Directive2023977, Urgency::Urgent, true), 8);
        assert_eq!(hours(ClockRegime::Directive2023977, Urgency::Urgent, false), 72);
        assert_eq!(hours(ClockRegime::Directive2023977, Urgency::Normal, true), 168);
        assert_eq!(hours(ClockRegime::FdiCooperation, Urgency::Normal, false), 840);
    }

    #[test]
    fn a_threat_to_life_is_answered_at_once() {
        use ClockRegime::{Agreement, Directive2023977, FdiCooperation, Fiu, Prum2};
        for regime in [Prum2, Directive2023977, Fiu, FdiCooperation, Agreement] {
            assert_eq!(deadline(regime, Urgency::ThreatToLife, false).hours, 0, "{regime:?}");
            let (urgent, normal) = (deadline(regime, Urgency::Urgent, false), deadline(regime, Urgency::Normal, false));
            assert!(urgent.hours <= normal.hours, "{regime:?}: what is urgent is never due later");
        }
    }
}
