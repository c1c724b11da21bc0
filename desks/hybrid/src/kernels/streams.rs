//! Streams of events: how many of each domain happened in each place on each day, and what each day's last week says.
//!
//! A place's p-value is the better of two, times two (Bonferroni): Stouffer's sum of all its scores, with the correlations of
//! earlier weeks; and the sum of its greatest scores against the same sum in earlier weeks of all places, as a normal. Both learn
//! what is usual from the data.

use super::baseline::Baseline;
use super::combine::{benjamini_hochberg, correlation, stouffer};
use super::normal::{from_upper_tail, upper_tail};
use super::scan::{circles, gumbel_p, log_ratio};
use crate::core_model::DOMAINS;

/// A week, which is what is judged: every day of the week is in it once, so the days of the week cannot mislead.
pub(crate) const WEEK_DAYS: usize = 7;
/// Weeks that a baseline is made of.
const BASELINE_WEEKS: usize = 26;
/// A week between the one that is judged and its baseline, so that a campaign that grows slowly does not hide itself.
const GUARD_DAYS: usize = 7;
/// From the judged week's last day back to the last day of the youngest week of its baseline.
const GAP_DAYS: usize = WEEK_DAYS + GUARD_DAYS;
/// The first day that has a whole baseline.
const FIRST_JUDGED: usize = GAP_DAYS + WEEK_DAYS * BASELINE_WEEKS - 1;
/// Judged weeks that correlations and the scan's distribution need at least.
const LEAST_EARLIER: usize = 8;
/// The first day on which an alarm is possible.
pub(crate) const FIRST_ALARM: usize = FIRST_JUDGED + GAP_DAYS + WEEK_DAYS * (LEAST_EARLIER - 1);
/// Streams with fewer events in their baseline are dormant; a place's dormant streams are one stream together.
const LEAST_EVENTS: u32 = 3;
/// So many of a place's greatest scores are added up beside the sum of all.
const GREATEST: usize = 4;
/// Domains, and the place's dormant ones together.
const STREAMS: usize = DOMAINS.len() + 1;
/// Most places in a circle of the scan.
const CIRCLE_PLACES: usize = 4;

/// What a day's last week says of one place.
pub(crate) struct Judged {
    /// Chance of so much in all domains together.
    pub(crate) p: f64,
    /// False discovery rate among the day's places.
    pub(crate) rate: f64,
    /// Domains with a p-value of 0.05 or less, each with how much it exceeds its baseline.
    pub(crate) raised: Vec<(usize, f64)>,
    pub(crate) observed: u32,
    pub(crate) expected: f64,
    /// Chance of the day's greatest space-time cluster, where the place is in it, with the cluster's number of places.
    pub(crate) cluster: Option<(f64, usize)>,
}

/// Counts of days, and what is made of them.
pub(crate) struct Streams {
    places: usize,
    days: usize,
    /// Running sums: `sums[(place · domains + domain) · (days + 1) + day]` is what happened before `day`.
    sums: Vec<u32>,
    circles: Vec<Vec<usize>>,
    /// Scores of each judged day: `STREAMS` for each place.
    scores: Vec<Vec<f64>>,
    /// The scan's greatest ratio of each judged day, with the places of its cluster.
    greatest: Vec<(f64, Vec<usize>)>,
}

/// One stream's last week.
struct Stream {
    observed: u32,
    baseline: Baseline,
    p: f64,
}

impl Streams {
    /// Of events as (day, place, domain); `middles` has each place's latitude and longitude.
    pub(crate) fn of(events: &[(usize, usize, usize)], days: usize, middles: &[(f64, f64)]) -> Self {
        let places = middles.len();
        let mut sums = vec![0; places * DOMAINS.len() * (days + 1)];
        for (day, place, domain) in events {
            sums[(place * DOMAINS.len() + domain) * (days + 1) + day + 1] += 1;
        }
        for stream in sums.chunks_mut(days + 1) {
            (1..stream.len()).for_each(|day| stream[day] += stream[day - 1]);
        }
        let mut streams =
            Self { places, days, sums, circles: circles(middles, CIRCLE_PLACES), scores: Vec::new(), greatest: Vec::new() };
        streams.scores = (FIRST_JUDGED..days).map(|day| streams.scores_of(day)).collect();
        streams.greatest = (FIRST_JUDGED..days).map(|day| streams.scan(day)).collect();
        streams
    }

    /// Events of a stream from `from` up to, but not at, `to`.
    fn count(&self, place: usize, domain: usize, from: usize, to: usize) -> u32 {
        let start = (place * DOMAINS.len() + domain) * (self.days + 1);
        self.sums[start + to] - self.sums[start + from]
    }

    /// The week whose last day is `last`.
    fn week(&self, place: usize, domain: usize, last: usize) -> u32 {
        self.count(place, domain, last + 1 - WEEK_DAYS, last + 1)
    }

    /// The counts of the baseline's weeks for the week whose last day is `day`.
    fn weeks_before(&self, place: usize, domain: usize, day: usize) -> Vec<u32> {
        (0..BASELINE_WEEKS).map(|week| self.week(place, domain, day - GAP_DAYS - WEEK_DAYS * week)).collect()
    }

    /// For each place, how much more than usual happened in all other places together. Seasons, holidays and habits of coders
    /// move all places; what is left is the place's own. 1 where there is no other place.
    fn elsewhere(&self, day: usize) -> Vec<f64> {
        let (from, to) = (day + 1 - GAP_DAYS - WEEK_DAYS * BASELINE_WEEKS, day + 1 - GAP_DAYS);
        let of_place = |place: usize| {
            let now: u32 = (0..DOMAINS.len()).map(|domain| self.week(place, domain, day)).sum();
            let before: u32 = (0..DOMAINS.len()).map(|domain| self.count(place, domain, from, to)).sum();
            (f64::from(now), f64::from(before) / BASELINE_WEEKS as f64)
        };
        let places: Vec<(f64, f64)> = (0..self.places).map(of_place).collect();
        let all = places.iter().fold((0.0, 0.0), |sum, place| (sum.0 + place.0, sum.1 + place.1));
        // Few events say little: twenty of them at the usual pace are added to both.
        let others = |(now, before): &(f64, f64)| (all.0 - now + 20.0) / (all.1 - before + 20.0);
        places.iter().map(|place| others(place).clamp(0.5, 2.0)).collect()
    }

    /// The streams of a place by domain; `None` for a dormant one. The last is that of all dormant ones.
    fn streams_of(&self, place: usize, day: usize, elsewhere: f64) -> Vec<Option<Stream>> {
        let mut dormant = (0, vec![0; BASELINE_WEEKS], false);
        let mut streams = Vec::with_capacity(STREAMS);
        for domain in 0..DOMAINS.len() {
            let (observed, weeks) = (self.week(place, domain, day), self.weeks_before(place, domain, day));
            if weeks.iter().sum::<u32>() < LEAST_EVENTS {
                dormant.0 += observed;
                dormant.1.iter_mut().zip(weeks).for_each(|(sum, week)| *sum += week);
                dormant.2 = true;
                streams.push(None);
            } else {
                streams.push(Some(Stream::of(observed, Baseline::of(&weeks).scaled(elsewhere))));
            }
        }
        streams.push(dormant.2.then(|| Stream::of(dormant.0, Baseline::of(&dormant.1).scaled(elsewhere))));
        streams
    }

    /// The scores of all places, one after the other; 0 where there is no such stream.
    fn scores_of(&self, day: usize) -> Vec<f64> {
        let score = |stream: Option<Stream>| stream.map_or(0.0, |stream| from_upper_tail(stream.p));
        let elsewhere = self.elsewhere(day);
        (0..self.places).flat_map(|place| self.streams_of(place, day, elsewhere[place])).map(score).collect()
    }

    /// The greatest ratio over circles and windows that end on this day, with the places of its circle.
    fn scan(&self, day: usize) -> (f64, Vec<usize>) {
        let shares = self.weekday_shares(day);
        let baseline_from = day + 1 - GAP_DAYS - WEEK_DAYS * BASELINE_WEEKS;
        let weekly = |place: usize, domain: usize| {
            (f64::from(self.count(place, domain, baseline_from, day + 1 - GAP_DAYS)) + 0.5) / BASELINE_WEEKS as f64
        };
        let weekly: Vec<f64> =
            (0..self.places * DOMAINS.len()).map(|stream| weekly(stream / DOMAINS.len(), stream % DOMAINS.len())).collect();
        let mut best = (0.0, Vec::new());
        for circle in &self.circles {
            for window in 1..=WEEK_DAYS {
                let (mut observed, mut expected) = ([0.0; DOMAINS.len()], [0.0; DOMAINS.len()]);
                for (size, place) in (1..).zip(circle) {
                    for domain in 0..DOMAINS.len() {
                        observed[domain] += f64::from(self.count(*place, domain, day + 1 - window, day + 1));
                        let share: f64 = (0..window).map(|back| shares[domain][(day - back) % WEEK_DAYS]).sum();
                        expected[domain] += weekly[place * DOMAINS.len() + domain] * share;
                    }
                    let ratio: f64 =
                        observed.iter().zip(&expected).map(|(observed, expected)| log_ratio(*observed, *expected)).sum();
                    if ratio > best.0 {
                        best = (ratio, circle[..size].to_vec());
                    }
                }
            }
        }
        best
    }

    /// For each domain the share of a week's events that fall on each day of the week, over all places.
    fn weekday_shares(&self, day: usize) -> Vec<[f64; WEEK_DAYS]> {
        let (from, to) = (day + 1 - GAP_DAYS - WEEK_DAYS * BASELINE_WEEKS, day + 1 - GAP_DAYS);
        let of_domain = |domain: usize| {
            let mut counts = [1.0; WEEK_DAYS];
            for day in from..to {
                let all: u32 = (0..self.places).map(|place| self.count(place, domain, day, day + 1)).sum();
                counts[day % WEEK_DAYS] += f64::from(all);
            }
            let sum: f64 = counts.iter().sum();
            counts.map(|count| count / sum)
        };
        (0..DOMAINS.len()).map(of_domain).collect()
    }

    /// Judged days a week apart before `day`'s own week and its guard, youngest first.
    fn earlier(&self, day: usize) -> impl Iterator<Item = usize> {
        (0..BASELINE_WEEKS)
            .map_while(move |week| (day - GAP_DAYS).checked_sub(WEEK_DAYS * week))
            .take_while(|day| *day >= FIRST_JUDGED)
    }

    /// What the week up to `day` says of each place. `day` is at least [`FIRST_ALARM`].
    pub(crate) fn judge(&self, day: usize) -> Vec<Judged> {
        let rows: Vec<&[f64]> = self.earlier(day).flat_map(|day| self.scores[day - FIRST_JUDGED].chunks(STREAMS)).collect();
        let correlation = correlation(&rows, STREAMS);
        let (usual, spread) = mean_and_deviation(rows.iter().map(|row| greatest_sum(row)));
        let scores = self.scores[day - FIRST_JUDGED].chunks(STREAMS);
        let elsewhere = self.elsewhere(day);
        let streams: Vec<Vec<Option<Stream>>> =
            (0..self.places).map(|place| self.streams_of(place, day, elsewhere[place])).collect();
        let joint = |(scores, streams): (&[f64], &Vec<Option<Stream>>)| {
            let there: Vec<usize> = (0..STREAMS).filter(|stream| streams[*stream].is_some()).collect();
            let scores: Vec<f64> = there.iter().map(|stream| scores[*stream]).collect();
            let correlation: Vec<Vec<f64>> =
                there.iter().map(|one| there.iter().map(|other| correlation[*one][*other]).collect()).collect();
            let all = upper_tail(stouffer(&scores, &correlation));
            let few = upper_tail((greatest_sum(&scores) - usual) / spread);
            // The better of two looks, paid for by Bonferroni.
            (2.0 * all.min(few)).min(1.0)
        };
        let p_values: Vec<f64> = scores.zip(&streams).map(joint).collect();
        let rates = benjamini_hochberg(&p_values);
        let (greatest, cluster) = &self.greatest[day - FIRST_JUDGED];
        let greatest_before: Vec<f64> = self.earlier(day).map(|day| self.greatest[day - FIRST_JUDGED].0).collect();
        let cluster_p = gumbel_p(*greatest, &greatest_before);
        let judged = |(place, streams): (usize, &Vec<Option<Stream>>)| Judged {
            p: p_values[place],
            rate: rates[place],
            raised: raised(streams),
            observed: streams.iter().flatten().map(|stream| stream.observed).sum(),
            expected: streams.iter().flatten().map(|stream| stream.baseline.mean).sum(),
            cluster: cluster.contains(&place).then_some((cluster_p, cluster.len())),
        };
        streams.iter().enumerate().map(judged).collect()
    }
}

impl Stream {
    fn of(observed: u32, baseline: Baseline) -> Self {
        Self { observed, baseline, p: baseline.mid_p(observed) }
    }
}

/// The sum of the greatest scores: a campaign is in some domains, and the others only dilute it.
fn greatest_sum(scores: &[f64]) -> f64 {
    let mut sorted = scores.to_vec();
    sorted.sort_by(|one, other| other.total_cmp(one));
    sorted.iter().take(GREATEST).sum()
}

fn mean_and_deviation(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = values.clone().count().max(2) as f64;
    let mean = values.clone().sum::<f64>() / count;
    let variance = values.map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, variance.sqrt().max(0.1))
}

/// The streams that are unusual by themselves; the dormant ones together count as a domain more, of no name.
fn raised(streams: &[Option<Stream>]) -> Vec<(usize, f64)> {
    let unusual = |(domain, stream): (usize, &Option<Stream>)| {
        let stream = stream.as_ref().filter(|stream| stream.p <= 0.05)?;
        Some((domain, f64::from(stream.observed) - stream.baseline.mean))
    };
    streams.iter().enumerate().filter_map(unusual).collect()
}
