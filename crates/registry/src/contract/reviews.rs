//! Reviews of unusual access.

use oikos_model::UserName;

use super::sample::at;
use crate::{ReviewRow, Reviews};

/// A later review of one indicator replaces the earlier; those of others stay.
pub fn reviews_come_back<T: Reviews + ?Sized>(transaction: &mut T) {
    let review = |indicator: &str, newest_entry, reason: &str| ReviewRow {
        indicator: indicator.to_owned(),
        newest_entry,
        reviewed_by: UserName::new("dora").unwrap(),
        reviewed_at: at(newest_entry),
        reason: reason.to_owned(),
    };
    let (first, other, later) = (review("b", 1, "a night shift"), review("a", 2, "asked"), review("b", 9, "a night shift again"));
    for one in [&first, &other, &later] {
        transaction.put_review(one).unwrap();
    }
    assert_eq!(transaction.reviews().unwrap(), [other, later]);
}
