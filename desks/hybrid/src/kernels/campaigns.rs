//! Planted campaigns: how often there is a false alarm, and how soon a campaign is seen. Both are measured on the surge's own
//! code, on worlds that were made without knowing it: seasons, days of the week, news that several domains share, shocks of one
//! domain alone.

use super::streams::Streams;
use super::surges::surges;
use crate::core_model::DOMAINS;

const PLACES: usize = 12;
const DAYS: usize = 2 * 365;
const DOMAIN_COUNT: usize = DOMAINS.len();
/// The detector's defaults.
const RATE: f64 = 0.005;
const LEAST_DOMAINS: usize = 3;
/// The delay at which detection is stated.
const DELAY_DAYS: usize = 14;

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Chance(u64);

impl Chance {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, end: usize) -> usize {
        (self.uniform() * end as f64) as usize
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.uniform()).ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Knuth's method; the means here are small.
    fn poisson(&mut self, mean: f64) -> usize {
        let (limit, mut product, mut count) = ((-mean).exp(), self.uniform(), 0);
        while product > limit {
            product *= self.uniform();
            count += 1;
        }
        count
    }
}

/// A campaign: from its first day, several domains of one place happen more often.
struct Campaign {
    place: usize,
    first: usize,
    last: usize,
    domains: Vec<usize>,
    factor: f64,
}

/// Two years of events in twelve places, with four campaigns in the second year.
fn world(seed: u64) -> (Vec<(usize, usize, usize)>, Vec<(f64, f64)>, Vec<Campaign>) {
    let mut chance = Chance(seed);
    let middles = (0..PLACES).map(|_| (45.0 + 20.0 * chance.uniform(), 5.0 + 25.0 * chance.uniform())).collect();
    let campaigns: Vec<Campaign> = (0..4)
        .map(|quarter| {
            let first = 400 + quarter * 80 + chance.below(30);
            let mut domains: Vec<usize> = (0..4 + chance.below(3)).map(|_| chance.below(DOMAIN_COUNT)).collect();
            domains.sort_unstable();
            domains.dedup();
            Campaign {
                place: chance.below(PLACES),
                first,
                last: first + 13 + chance.below(14),
                domains,
                factor: 2.5 + 1.5 * chance.uniform(),
            }
        })
        .collect();
    let mut events = Vec::new();
    for place in 0..PLACES {
        let rates: Vec<f64> = (0..DOMAIN_COUNT).map(|_| 0.05 * (chance.uniform() * 3.0).exp()).collect();
        let mut news = 0.0;
        let mut shocks = [0.0; DOMAIN_COUNT];
        for day in 0..DAYS {
            // News that all domains of a place share fades over days; a domain's own shock is rare and lasts a few days.
            news = 0.8 * news + 0.1 * chance.normal();
            let season = 0.25 * (std::f64::consts::TAU * day as f64 / 365.0).sin();
            let weekend = if day % 7 >= 5 { -0.4 } else { 0.0 };
            for domain in 0..DOMAIN_COUNT {
                shocks[domain] *= 0.7;
                if chance.uniform() < 0.003 {
                    shocks[domain] = 1.5;
                }
                let planted = campaigns
                    .iter()
                    .find(|one| one.place == place && (one.first..=one.last).contains(&day) && one.domains.contains(&domain));
                let mean = rates[domain] * (news + season + weekend + shocks[domain] + 0.2 * chance.normal()).exp();
                // A campaign also brings events where there usually are none.
                let mean = planted.map_or(mean, |campaign| (mean * campaign.factor).max(0.25));
                events.extend((0..chance.poisson(mean)).map(|_| (day, place, domain)));
            }
        }
    }
    (events, middles, campaigns)
}

#[derive(Debug, Default)]
struct Figures {
    years: f64,
    false_alarms: usize,
    campaigns: usize,
    seen: usize,
    seen_in_time: usize,
}

impl Figures {
    fn measure(seeds: std::ops::Range<u64>, rate: f64, least_domains: usize) -> Self {
        let mut figures = Self::default();
        for seed in seeds {
            let (events, middles, campaigns) = world(seed);
            let streams = Streams::of(&events, DAYS, &middles);
            let found = surges(&streams, 365, DAYS, rate, least_domains);
            // A campaign's week stays in the window for a week after it.
            let of = |campaign: &&Campaign, place: usize, day: usize| {
                campaign.place == place && (campaign.first..=campaign.last + 7).contains(&day)
            };
            figures.years += (DAYS - 365) as f64 / 365.0;
            let is_false = |place: usize, day: usize| !campaigns.iter().any(|campaign| of(&campaign, place, day));
            figures.false_alarms += found.iter().filter(|surge| is_false(surge.place, surge.alarmed)).count();
            for campaign in &campaigns {
                let first =
                    found.iter().filter(|surge| of(&campaign, surge.place, surge.alarmed)).map(|surge| surge.alarmed).min();
                figures.campaigns += 1;
                figures.seen += usize::from(first.is_some());
                figures.seen_in_time += usize::from(first.is_some_and(|day| day < campaign.first + DELAY_DAYS));
            }
        }
        figures
    }

    fn false_alarms_per_year(&self) -> f64 {
        self.false_alarms as f64 / self.years
    }
}

#[test]
fn planted_campaigns_are_seen_within_two_weeks_with_few_false_alarms() {
    // Seeds 1 to 15 served to choose RATE and the number of greatest scores; 101 to 120 were seen with an earlier method. These
    // were neither.
    let figures = Figures::measure(201..221, RATE, LEAST_DOMAINS);
    let (share, in_time) =
        (figures.seen as f64 / figures.campaigns as f64, figures.seen_in_time as f64 / figures.campaigns as f64);
    println!(
        "{} years, {PLACES} places: {:.2} false alarms a year; of {} campaigns {:.2} seen within {DELAY_DAYS} days, {share:.2} at all",
        figures.years,
        figures.false_alarms_per_year(),
        figures.campaigns,
        in_time
    );
    assert!(figures.false_alarms_per_year() <= 3.0, "{figures:?}");
    assert!(in_time >= 0.55 && share >= 0.6, "{figures:?}");
}

/// Prints what the choice of the defaults rests on.
#[test]
#[ignore = "prints the figures of the settings that were compared on the tuning seeds; nothing to assert"]
fn settings_compared_on_the_tuning_seeds() {
    for rate in [0.002, 0.005, 0.01] {
        let figures = Figures::measure(1..16, rate, LEAST_DOMAINS);
        println!("rate {rate}: {:.2} false alarms a year, {figures:?}", figures.false_alarms_per_year());
    }
}
