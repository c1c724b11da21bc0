//! Co-shares weighed by how little they are to be expected.
//!
//! Of a share, λ is the rate at which others share that object around it: half a share at least, or those within an hour before
//! and after but outside the window, over two hours. That somebody shares it within the window by chance has the probability 1 −
//! e^(−2Wλ), and the surprise of the co-share is −ln of that. So what goes viral is no surprise while it does. A pair's surprise
//! is the sum over its objects.
//!
//! Two busy accounts have many objects in common and meet on some of them by chance. There are C(c, k) ways to meet on k of c
//! common objects, so ln C(c, k) is taken off (Bonferroni).
//!
//! Counted once: an object, by the pair's most surprising co-share of it; and two posts, however many objects they share (text,
//! link and picture of one post are no three coincidences).

use oikos_desk::KernelError;

use super::shares::{Share, Shares};
use super::{CoShare, check_count};
use crate::kernels::SECOND_MICROS;

/// The time before and after from which λ is taken.
const REFERENCE_MICROS: i64 = 3_600 * SECOND_MICROS;
/// Shares with less surprise than an even chance, ln 2, are passed over: they would make most of the pairs and none of the
/// evidence.
const LEAST_SHARE_NATS: f64 = std::f64::consts::LN_2;
/// The most shares of one object within the window that are paired with a share; beyond that the crowd is the finding, not the
/// pair.
const MOST_TOGETHER: usize = 500;

/// What makes an edge.
pub(super) struct Limits {
    pub(super) window_micros: i64,
    pub(super) least_objects: usize,
    pub(super) least_surprise_nats: f64,
}

/// The co-shares of all pairs that are edges.
pub(super) fn edges(shares: &Shares, limits: &Limits) -> Result<Vec<CoShare>, KernelError> {
    let mut together = Vec::new();
    for (start, group) in shares.by_object().filter(|(_, group)| group.len() > 1) {
        pair_up(start, group, limits.window_micros, &mut together);
        check_count(together.len())?;
    }
    // The most surprising first within a pair, so that what counts once counts with its best.
    together.sort_unstable_by(|left, right| {
        left.accounts
            .cmp(&right.accounts)
            .then(right.surprise_nats.total_cmp(&left.surprise_nats))
            .then(left.shares.cmp(&right.shares))
    });
    let objects = objects_of(shares);
    let mut edges = Vec::new();
    for pair in together.chunk_by(|left, right| left.accounts == right.accounts) {
        let counted = count_once(shares, pair);
        let surprise: f64 = counted.iter().map(|co_share| co_share.surprise_nats).sum();
        if counted.len() < limits.least_objects || surprise < limits.least_surprise_nats {
            continue;
        }
        let (left, right) = pair[0].accounts;
        let chances = ln_choose(in_common(&objects[left as usize], &objects[right as usize]), counted.len());
        if surprise - chances >= limits.least_surprise_nats {
            // Each co-share bears its part of what is taken off, so that they add up to the pair's surprise.
            let part = chances / counted.len() as f64;
            edges.extend(counted.into_iter().map(|one| CoShare { surprise_nats: one.surprise_nats - part, ..one }));
        }
    }
    Ok(edges)
}

fn pair_up(start: usize, group: &[Share], window_micros: i64, together: &mut Vec<CoShare>) {
    let nats = surprises(group, window_micros);
    for (first, share) in group.iter().enumerate().filter(|(first, _)| nats[*first] >= LEAST_SHARE_NATS) {
        let later = group.iter().enumerate().skip(first + 1).take(MOST_TOGETHER);
        let within = later.take_while(|(_, other)| other.at - share.at <= window_micros);
        for (second, other) in
            within.filter(|(second, other)| other.account != share.account && nats[*second] >= LEAST_SHARE_NATS)
        {
            let places = ((start + first) as u32, (start + second) as u32);
            let in_order = share.account < other.account;
            together.push(CoShare {
                accounts: (share.account.min(other.account), share.account.max(other.account)),
                object: share.object,
                shares: if in_order { places } else { (places.1, places.0) },
                surprise_nats: nats[first].min(nats[second]),
            });
        }
    }
}

/// The surprise of a co-share around each share of one object, in the order of time.
fn surprises(group: &[Share], window_micros: i64) -> Vec<f64> {
    let within = |at: i64, reach: i64| {
        let from = group.partition_point(|share| share.at < at.saturating_sub(reach));
        group.partition_point(|share| share.at <= at.saturating_add(reach)) - from
    };
    let around = |share: &Share| {
        let outside = within(share.at, REFERENCE_MICROS.max(window_micros)) - within(share.at, window_micros);
        let rate_per_micro = (outside as f64).max(0.5) / (2 * REFERENCE_MICROS) as f64;
        let expected = 2.0 * window_micros as f64 * rate_per_micro;
        -(-(-expected).exp_m1()).ln()
    };
    group.iter().map(around).collect()
}

/// By account, its objects in order, each once.
fn objects_of(shares: &Shares) -> Vec<Vec<u32>> {
    let mut objects = vec![Vec::new(); shares.accounts.count()];
    // The shares are in the order of objects.
    for share in &shares.all {
        let of_account = &mut objects[share.account as usize];
        if of_account.last() != Some(&share.object) {
            of_account.push(share.object);
        }
    }
    objects
}

/// How many objects two accounts have in common.
fn in_common(left: &[u32], right: &[u32]) -> usize {
    let (few, many) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    few.iter().filter(|object| many.binary_search(object).is_ok()).count()
}

fn ln_choose(all: usize, chosen: usize) -> f64 {
    (1..=chosen.min(all)).map(|k| ((all - chosen.min(all) + k) as f64 / k as f64).ln()).sum()
}

/// A pair's co-shares, each object and each two posts once. They come with the most surprising first.
fn count_once(shares: &Shares, pair: &[CoShare]) -> Vec<CoShare> {
    let post = |place: u32| shares.all[place as usize].post;
    let mut counted: Vec<CoShare> = Vec::new();
    for co_share in pair {
        let again = counted.iter().any(|other| {
            other.object == co_share.object
                || post(other.shares.0) == post(co_share.shares.0)
                || post(other.shares.1) == post(co_share.shares.1)
        });
        if !again {
            counted.push(*co_share);
        }
    }
    counted
}
