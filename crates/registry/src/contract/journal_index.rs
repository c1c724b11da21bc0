//! The index over journal entries.

use super::sample::{at, hash};
use crate::{JournalEntries, JournalIndex, JournalQuery, NewJournalRow};

/// Entries are found by all the terms and times given, newest first, page by page, until their terms are erased.
pub fn journal_entries_are_found_by_their_terms<T: JournalEntries + JournalIndex + ?Sized>(transaction: &mut T) {
    for number in 0..10 {
        let (salt, commitment) = (hash("salt").0, hash("commitment").0);
        let row = NewJournalRow { content: number.to_string(), salt, commitment, at: at(number) };
        let position = transaction.append_journal(&row).unwrap();
        let odd = if number % 2 == 1 { "who:odd" } else { "who:even" };
        transaction.index_journal(position, &["action:import".to_owned(), odd.to_owned(), odd.to_owned()]).unwrap();
    }
    let terms = |terms: &[&str]| terms.iter().map(ToString::to_string).collect::<Vec<_>>();
    let all = JournalQuery { limit: 100, ..JournalQuery::default() };
    let odd = JournalQuery { terms: terms(&["action:import", "who:odd"]), limit: 3, ..JournalQuery::default() };
    assert_eq!(transaction.search_journal(&all).unwrap().len(), 10);
    assert_eq!(transaction.search_journal(&odd).unwrap(), [9, 7, 5]);
    assert_eq!(transaction.search_journal(&JournalQuery { below: Some(5), ..odd.clone() }).unwrap(), [3, 1]);
    let span = JournalQuery { from: Some(at(3)), before: Some(at(7)), ..odd.clone() };
    assert_eq!(transaction.search_journal(&span).unwrap(), [5, 3]);
    let none = JournalQuery { terms: terms(&["who:odd", "who:even"]), ..all };
    assert!(transaction.search_journal(&none).unwrap().is_empty());
    transaction.erase_journal_terms(7).unwrap();
    assert_eq!(transaction.search_journal(&odd).unwrap(), [9, 5, 3]);
}
