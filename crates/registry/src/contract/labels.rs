//! Labels.

use super::sample::{at, label};
use crate::Labels;

/// The same label always has the same id, and comes back as it was; another one has another id.
pub fn a_label_is_interned_once<T: Labels + ?Sized>(transaction: &mut T) {
    let (one, other) = (label("sea", Some(at(10))), label("ownership", None));
    assert_eq!(transaction.label(one.id()).unwrap(), None);
    let id = transaction.intern_label(&one).unwrap();
    assert_eq!(transaction.intern_label(&one).unwrap(), id);
    assert_eq!(id, one.id());
    let other_id = transaction.intern_label(&other).unwrap();
    assert_eq!(transaction.label(id).unwrap(), Some(one.clone()));
    let mut expected = vec![(id, one), (other_id, other)];
    expected.sort_by_key(|(id, _)| *id);
    assert_eq!(transaction.labels().unwrap(), expected);
}
