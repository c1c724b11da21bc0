//! Surges: days of alarm of one place that belong together.

use std::collections::BTreeMap;

use super::streams::{FIRST_ALARM, Judged, Streams, WEEK_DAYS};

/// A surge of one place.
#[derive(Debug)]
pub(crate) struct Surge {
    pub(crate) place: usize,
    /// The first and the last day of alarm.
    pub(crate) alarmed: usize,
    pub(crate) last: usize,
    /// Chance and false discovery rate of the least likely day, and what was counted then.
    pub(crate) p: f64,
    pub(crate) rate: f64,
    pub(crate) cluster: Option<(f64, usize)>,
    pub(crate) observed: u32,
    pub(crate) expected: f64,
    /// Every domain that was unusual on a day of alarm, with its greatest excess.
    pub(crate) raised: BTreeMap<usize, f64>,
}

/// The surges with a day of alarm from `from` up to, but not at, `to`, by place and time.
pub(crate) fn surges(streams: &Streams, from: usize, to: usize, rate: f64, least_domains: usize) -> Vec<Surge> {
    let mut surges: Vec<Surge> = Vec::new();
    let mut open: BTreeMap<usize, usize> = BTreeMap::new();
    for day in from.max(FIRST_ALARM)..to {
        for (place, judged) in streams.judge(day).into_iter().enumerate() {
            if judged.rate > rate || judged.raised.len() < least_domains {
                continue;
            }
            match open.get(&place).map(|number| &mut surges[*number]).filter(|surge| day - surge.last <= WEEK_DAYS) {
                Some(surge) => surge.goes_on(day, judged),
                None => {
                    open.insert(place, surges.len());
                    surges.push(Surge::begun(place, day, judged));
                }
            }
        }
    }
    surges.sort_by_key(|surge| (surge.place, surge.alarmed));
    surges
}

impl Surge {
    fn begun(place: usize, day: usize, judged: Judged) -> Self {
        let Judged { p, rate, raised, observed, expected, cluster } = judged;
        Self { place, alarmed: day, last: day, p, rate, cluster, observed, expected, raised: raised.into_iter().collect() }
    }

    /// A further day of alarm: the least likely day speaks for all.
    fn goes_on(&mut self, day: usize, judged: Judged) {
        self.last = day;
        for (domain, excess) in &judged.raised {
            let greatest = self.raised.entry(*domain).or_insert(*excess);
            *greatest = greatest.max(*excess);
        }
        if judged.p < self.p {
            Judged { p: self.p, rate: self.rate, cluster: self.cluster, observed: self.observed, expected: self.expected, .. } =
                judged;
        }
    }
}
