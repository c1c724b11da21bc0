//! Entries: what is written of an act, and the commitment that stands for it in the log.

use oikos_model::{Act, Actor, ContentHasher, NodeId, Timestamp};
use oikos_registry::{JournalEntries, JournalIndex, JournalRow, NewJournalRow, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Hash;

const MOST_SUBJECTS: usize = 1_000;
const LONGEST_SUBJECT_BYTES: usize = 512;
const LONGEST_REASON_BYTES: usize = 1_024;
const LARGEST_DETAIL_BYTES: usize = 16 * 1_024;

/// What policy said to the act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Outcome {
    /// It was allowed and done.
    Allowed,
    /// It was refused. A refusal is an entry too.
    Denied {
        /// Why, in words.
        reason: String,
    },
}

/// One entry: who did what, why, on which legal basis, when (all in the act), what came of it, what was touched, who got it.
///
/// An erasure's entry names what was erased by its id and never repeats what it said (Directive (EU) 2016/680 Art. 25).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Who, what, why, on which legal basis, for which case, when.
    pub act: Act,
    /// What policy said.
    pub outcome: Outcome,
    /// What was touched, each as `kind:reference`: `finding:<origin>/<key>`, `statement:<id>`, `import:<n>`, `table:<name>`, …
    pub subjects: Vec<String>,
    /// Who received it, where something was disclosed.
    pub recipient: Option<NodeId>,
    /// What else a supervisor needs, small: at most 16 KiB as JSON.
    pub detail: Value,
}

/// Why an entry could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A part of the entry is larger than its limit.
    #[error("a journal entry's {part} is {found}, the limit is {limit}; write a reference instead of the thing itself")]
    TooLarge {
        /// Which part.
        part: &'static str,
        /// Its size in bytes, or its count.
        found: usize,
        /// The most allowed.
        limit: usize,
    },
    /// A subject without a kind, or with characters that would blur the list.
    #[error("{0:?} is not a subject: expected `kind:reference` in printable characters")]
    NotASubject(String),
    /// The system gave no random bytes for the salt.
    #[error("the system gives no random bytes for a journal entry's salt: {0}")]
    NoRandomness(getrandom::Error),
    /// The entry does not write as JSON.
    #[error("a journal entry does not write as JSON: {0}")]
    Encoding(serde_json::Error),
    /// A stored entry does not read back.
    #[error("journal entry {index} does not read back: {source}; run `oikos journal verify`")]
    Damaged {
        /// Its position.
        index: i64,
        /// What the JSON reader says.
        source: serde_json::Error,
    },
    /// The registry failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An entry with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedEntry {
    /// Position in the log, from 0.
    pub index: i64,
    /// The commitment: what the log's leaf holds.
    pub commitment: Hash,
    /// When it was written.
    pub at: Timestamp,
    /// The entry; `None` once its content was erased.
    pub entry: Option<Entry>,
}

/// Writes an entry in the act's own transaction. Returns its position in the log.
///
/// # Errors
/// When a part of the entry is over its limit, a subject has no kind, the system gives no random bytes, or the database fails.
pub fn record<T: JournalEntries + JournalIndex + ?Sized>(transaction: &mut T, entry: &Entry) -> Result<i64, JournalError> {
    check(entry)?;
    let content = canonical_json(entry)?;
    let mut salt = [0u8; 32];
    getrandom::fill(&mut salt).map_err(JournalError::NoRandomness)?;
    let commitment = commitment_of(&salt, &content).0;
    let position = transaction.append_journal(&NewJournalRow { content, salt, commitment, at: entry.act.at })?;
    transaction.index_journal(position, &terms_of(entry))?;
    Ok(position)
}

/// By which terms the entry is found: who, action, purpose, outcome, case, partner and every subject.
fn terms_of(entry: &Entry) -> Vec<String> {
    let act = &entry.act;
    let outcome = match entry.outcome {
        Outcome::Allowed => "allowed",
        Outcome::Denied { .. } => "denied",
    };
    let mut terms = vec![
        format!("who:{}", act.actor),
        format!("action:{}", act.action),
        format!("purpose:{}", act.purpose),
        format!("outcome:{outcome}"),
    ];
    terms.extend(act.case.as_ref().map(|case| format!("case:{case}")));
    // A partner is found whether it acted, received something, or was acted upon.
    terms.extend(entry.recipient.as_ref().map(|node| format!("partner:{node}")));
    if let Actor::Partner(node) = &act.actor {
        terms.push(format!("partner:{node}"));
    }
    for subject in &entry.subjects {
        terms.extend(subject.starts_with("partner:").then(|| subject.clone()));
        terms.push(format!("subject:{subject}"));
    }
    terms
}

/// Erases what an entry says, and the words it was found by. Its commitment stays, so the log still verifies.
///
/// # Errors
/// When there is no such entry or the database fails.
pub fn erase<T: JournalEntries + JournalIndex + ?Sized>(transaction: &mut T, index: i64) -> Result<(), JournalError> {
    transaction.erase_journal_content(index)?;
    Ok(transaction.erase_journal_terms(index)?)
}

/// Reads entries from position `from` on, at most `limit`.
///
/// # Errors
/// When the database fails or an entry does not read back.
pub fn read<T: JournalEntries + ?Sized>(transaction: &T, from: i64, limit: usize) -> Result<Vec<RecordedEntry>, JournalError> {
    transaction.journal_rows(from, limit)?.into_iter().map(recorded).collect()
}

fn recorded(row: JournalRow) -> Result<RecordedEntry, JournalError> {
    let index = row.index;
    let entry = row
        .content
        .map(|content| serde_json::from_str(&content))
        .transpose()
        .map_err(|source| JournalError::Damaged { index, source })?;
    Ok(RecordedEntry { index, commitment: oikos_model::ContentHash(row.commitment), at: row.at, entry })
}

/// The commitment to `content` under `salt`: SHA-256 over the domain `journal-entry`, the salt and the content, each with its length
/// before it. The 32 random bytes of salt hide the content: without them nobody can try out guesses against a leaf.
pub fn commitment_of(salt: &[u8; 32], content: &str) -> Hash {
    ContentHasher::new("journal-entry").field(salt).field(content.as_bytes()).finish()
}

fn check(entry: &Entry) -> Result<(), JournalError> {
    let within = |part, found, limit| if found > limit { Err(JournalError::TooLarge { part, found, limit }) } else { Ok(()) };
    within("list of subjects", entry.subjects.len(), MOST_SUBJECTS)?;
    for subject in &entry.subjects {
        within("subject", subject.len(), LONGEST_SUBJECT_BYTES)?;
        let has_kind = subject.split_once(':').is_some_and(|(kind, reference)| !kind.is_empty() && !reference.is_empty());
        if !has_kind || subject.chars().any(char::is_control) {
            return Err(JournalError::NotASubject(subject.chars().take(80).collect()));
        }
    }
    if let Outcome::Denied { reason } = &entry.outcome {
        within("reason", reason.len(), LONGEST_REASON_BYTES)?;
    }
    let detail = serde_json::to_vec(&entry.detail).map_err(JournalError::Encoding)?;
    within("detail", detail.len(), LARGEST_DETAIL_BYTES)
}

/// One text per entry: keys in alphabetical order at every depth, no spaces.
fn canonical_json(entry: &Entry) -> Result<String, JournalError> {
    let value = serde_json::to_value(entry).map_err(JournalError::Encoding)?;
    serde_json::to_string(&sorted(value)).map_err(JournalError::Encoding)
}

/// Sorts keys by hand: whether `serde_json`'s map keeps them sorted depends on a feature that any dependency may switch on.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut members: Vec<(String, Value)> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            members.sort_by(|one, two| one.0.cmp(&two.0));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::files::testing::{Rows, entry};

    #[test]
    fn the_same_entry_twice_gives_two_commitments() {
        let mut rows = Rows::default();
        assert_eq!(record(&mut rows, &entry("finding:at/1")).unwrap(), 0);
        assert_eq!(record(&mut rows, &entry("finding:at/1")).unwrap(), 1);
        let kept = rows.journal_rows(0, 10).unwrap();
        assert_eq!(kept[0].content, kept[1].content);
        assert_ne!(kept[0].commitment, kept[1].commitment, "the salt hides that two entries are equal");
        assert_eq!(kept[0].commitment, commitment_of(&kept[0].salt.unwrap(), kept[0].content.as_ref().unwrap()).0);
    }

    #[test]
    fn content_is_canonical_and_reads_back() {
        let mut one = entry("import:1");
        one.detail = json!({"b": [{"y": 1, "x": 2}], "a": null});
        let text = canonical_json(&one).unwrap();
        assert!(text.contains(r#""detail":{"a":null,"b":[{"x":2,"y":1}]}"#), "{text}");
        assert!(text.find("\"act\"") < text.find("\"detail\"") && text.find("\"detail\"") < text.find("\"outcome\""));
        let mut rows = Rows::default();
        record(&mut rows, &one).unwrap();
        assert_eq!(read(&rows, 0, 10).unwrap()[0].entry.as_ref(), Some(&one));
    }

    #[test]
    fn erasing_leaves_the_commitment() {
        let mut rows = Rows::default();
        record(&mut rows, &entry("import:1")).unwrap();
        let before = read(&rows, 0, 1).unwrap().remove(0);
        rows.erase_journal_content(0).unwrap();
        let after = read(&rows, 0, 1).unwrap().remove(0);
        assert_eq!((after.commitment, after.entry), (before.commitment, None));
    }

    #[test]
    fn what_is_too_large_or_unclear_is_refused_and_nothing_is_written() {
        let mut rows = Rows::default();
        let mut large = entry("import:1");
        large.detail = json!("x".repeat(LARGEST_DETAIL_BYTES));
        assert!(matches!(record(&mut rows, &large), Err(JournalError::TooLarge { part: "detail", .. })));
        for bad in ["no kind", ":x", "x:", "a:b\nc"] {
            assert!(matches!(record(&mut rows, &entry(bad)), Err(JournalError::NotASubject(_))), "{bad:?}");
        }
        let mut many = entry("import:1");
        many.subjects = vec!["import:1".into(); MOST_SUBJECTS + 1];
        assert!(record(&mut rows, &many).is_err());
        assert_eq!(rows.journal_length().unwrap(), 0);
    }
}
