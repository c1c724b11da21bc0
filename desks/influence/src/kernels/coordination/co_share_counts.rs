//! The counts of CooRTweet (Righetti & Balluff), function `detect_groups`, written from its documentation and checked on its own
//! data set:
//!

use oikos_desk::KernelError;

use super::shares::{Share, Shares};
use super::{CoShare, check_count};

/// The pairs that stay. An edge is two accounts with a pair.
pub(super) fn edges(shares: &Shares, window_micros: i64, least_participation: usize) -> Result<Vec<CoShare>, KernelError> {
    let mut shares_of = vec![0usize; shares.accounts.count()];
    shares.all.iter().for_each(|share| shares_of[share.account as usize] += 1);
    let active = |share: &Share| shares_of[share.account as usize] >= least_participation;
    let mut pairs = Vec::new();
    for (start, group) in shares.by_object() {
        for (first, share) in group.iter().enumerate().filter(|(_, share)| active(share)) {
            let later = group.iter().enumerate().skip(first + 1);
            let within = later.take_while(|(_, other)| other.at - share.at <= window_micros);
            pairs.extend(
                within
                    .filter(|(_, other)| active(other) && is_pair(shares, share, other))
                    .map(|(second, other)| pair(share, other, start + first, start + second)),
            );
            check_count(pairs.len())?;
        }
    }
    let counts = posts_that_count(shares, &pairs, &active, least_participation);
    let post = |place: u32| shares.all[place as usize].post as usize;
    pairs.retain(|pair| counts[post(pair.shares.0)] || counts[post(pair.shares.1)]);
    Ok(pairs)
}

fn is_pair(shares: &Shares, left: &Share, right: &Share) -> bool {
    let object = shares.objects.name(left.object);
    let is_object = |post: u32| object.strip_prefix("object:") == Some(shares.posts.name(post));
    left.account != right.account && left.post != right.post && !is_object(left.post) && !is_object(right.post)
}

fn pair(left: &Share, right: &Share, first: usize, second: usize) -> CoShare {
    // Places fit: there are fewer shares than 2^32.
    let (first, second) = (first as u32, second as u32);
    let in_order = left.account < right.account;
    CoShare {
        accounts: (left.account.min(right.account), left.account.max(right.account)),
        object: left.object,
        shares: if in_order { (first, second) } else { (second, first) },
        surprise_nats: 0.0,
    }
}

/// By post, whether it counts.
fn posts_that_count(
    shares: &Shares,
    pairs: &[CoShare],
    active: &dyn Fn(&Share) -> bool,
    least_participation: usize,
) -> Vec<bool> {
    let mut in_pairs = vec![false; shares.posts.count()];
    for place in pairs.iter().flat_map(|pair| [pair.shares.0, pair.shares.1]) {
        in_pairs[shares.all[place as usize].post as usize] = true;
    }
    let paired = || shares.all.iter().filter(|share| active(share) && in_pairs[share.post as usize]);
    let mut participation = vec![0usize; shares.accounts.count()];
    paired().for_each(|share| participation[share.account as usize] += 1);
    let mut counts = vec![false; shares.posts.count()];
    for share in paired().filter(|share| participation[share.account as usize] >= least_participation) {
        counts[share.post as usize] = true;
    }
    counts
}
