//! Journal entries.

use super::sample::{at, hash};
use crate::{JournalEntries, JournalRow, NewJournalRow};

fn entry(number: i64) -> NewJournalRow {
    NewJournalRow {
        content: format!("{{\"number\":{number}}}"),
        salt: hash(&format!("salt {number}")).0,
        commitment: hash(&format!("commitment {number}")).0,
        at: at(number),
    }
}

fn kept(number: i64) -> JournalRow {
    let NewJournalRow { content, salt, commitment, at } = entry(number);
    JournalRow { index: number, content: Some(content), salt: Some(salt), commitment, at }
}

/// Positions start at 0 and have no gaps; erasing takes content and salt and leaves the commitment.
pub fn journal_entries_have_no_gaps_and_can_lose_their_content<T: JournalEntries + ?Sized>(transaction: &mut T) {
    assert_eq!(transaction.journal_length().unwrap(), 0);
    for number in 0..5 {
        assert_eq!(transaction.append_journal(&entry(number)).unwrap(), number);
    }
    assert_eq!(transaction.journal_length().unwrap(), 5);
    assert_eq!(transaction.journal_rows(2, 2).unwrap(), [kept(2), kept(3)]);
    transaction.erase_journal_content(3).unwrap();
    let erased = JournalRow { content: None, salt: None, ..kept(3) };
    assert_eq!(transaction.journal_rows(2, usize::MAX).unwrap(), [kept(2), erased, kept(4)]);
    assert!(transaction.erase_journal_content(5).is_err(), "an entry that is not there cannot be erased");
    assert_eq!(transaction.append_journal(&entry(5)).unwrap(), 5);
}
