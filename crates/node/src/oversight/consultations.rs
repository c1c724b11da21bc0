//! Who looked at whom: by what was looked at, and by who looked. The question leaves an entry itself.

use std::collections::{BTreeMap, BTreeSet};

use oikos_journal::{Entry, Outcome};
use oikos_model::{Action, Timestamp};
use oikos_registry::{JournalQuery, Transaction};
use serde::{Deserialize, Serialize};

use crate::findings::seconds;
use crate::{Caller, Node, NodeError, Noted};

/// More acts than this are asked for in shorter spans; the answer says so.
const ACTS_MAXIMUM: usize = 2_000;
/// As many things and lines are shown.
const SHOWN_MAXIMUM: usize = 500;
const LONGEST_TERM_BYTES: usize = 500;

/// Whom the question is about: one of both.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ConsultationSearch {
    /// What was looked at, as `kind:reference`: `finding:ORIGIN/KEY`, `entity:…`, `selector:kind:value`, `case:ID`.
    pub subject: Option<String>,
    /// Who looked: an account's name.
    pub who: Option<String>,
    /// Entered at this moment or later, RFC 3339.
    #[param(value_type = Option<String>)]
    pub from: Option<Timestamp>,
    /// Entered before this moment, RFC 3339.
    #[param(value_type = Option<String>)]
    pub before: Option<Timestamp>,
}

/// What the journal says of it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Consultations {
    /// Everyone who looked or acted, who did most first.
    pub people: Vec<Looker>,
    /// What was looked at, most often first; for a question about a person.
    pub things: Vec<LookedAt>,
    /// The acts, newest first.
    pub lines: Vec<ConsultationLine>,
    /// How many acts there are, as far as they were read.
    pub acts: usize,
    /// Whether there are more: ask for a shorter span.
    pub is_cut: bool,
}

/// Somebody who looked.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Looker {
    /// Who: `person:NAME`, `partner:NODE` or `node:NODE`.
    pub who: String,
    /// How many acts.
    pub acts: usize,
    /// How many of them were refused.
    pub denied: usize,
    /// The first one, RFC 3339.
    pub first_at: String,
    /// The last one, RFC 3339.
    pub last_at: String,
    /// For which purposes.
    pub purposes: BTreeSet<String>,
    /// For which cases.
    pub cases: BTreeSet<String>,
}

/// Something that was looked at.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LookedAt {
    /// What.
    pub subject: String,
    /// How many acts.
    pub acts: usize,
    /// The last one, RFC 3339.
    pub last_at: String,
    /// For which cases.
    pub cases: BTreeSet<String>,
}

/// One act.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ConsultationLine {
    /// Its position in the journal.
    pub index: i64,
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub who: String,
    /// What was done.
    pub action: String,
    /// For which purpose.
    pub purpose: String,
    /// On which legal basis.
    pub legal_basis: String,
    /// For which case.
    pub case: Option<String>,
    /// Whether it was refused.
    pub denied: bool,
    /// What was touched, at most ten of it.
    pub subjects: Vec<String>,
    /// How many things were touched.
    pub subject_count: usize,
}

impl ConsultationSearch {
    /// The terms of which one must hold.
    fn terms(&self) -> Result<Vec<String>, NodeError> {
        let wrong = || NodeError::Invalid("name a subject as kind:reference, or an account".into());
        let terms = match (self.subject.as_deref().map(str::trim), self.who.as_deref().map(str::trim)) {
            (Some(subject), None) => {
                let (kind, reference) = subject.split_once(':').ok_or_else(wrong)?;
                if kind.is_empty() || reference.is_empty() {
                    return Err(wrong());
                }
                // What was done for a case counts, not only what was done to it.
                let for_case = (kind == "case").then(|| subject.to_owned());
                std::iter::once(format!("subject:{subject}")).chain(for_case).collect::<Vec<_>>()
            }
            (None, Some(who)) if !who.is_empty() => vec![format!("who:person:{who}")],
            _ => return Err(wrong()),
        };
        if terms.iter().any(|term| term.len() > LONGEST_TERM_BYTES || term.chars().any(char::is_control)) {
            return Err(wrong());
        }
        Ok(terms)
    }
}

impl Node {
    /// Who looked at something, or at what somebody looked.
    ///
    /// # Errors
    /// When policy refuses, or the question names neither or both.
    pub fn consultations(&self, caller: &Caller, search: &ConsultationSearch) -> Result<Consultations, NodeError> {
        let terms = search.terms()?;
        self.write(caller, Action::ReadJournal, |tx| {
            let (entries, is_cut) = matching(tx, &terms, search)?;
            let answer = answer_of(entries, is_cut, search.who.is_some());
            let detail = serde_json::json!({ "looked_at": terms, "from": search.from, "before": search.before,
                "acts": answer.acts });
            let subjects = std::iter::once("journal:consultations".to_owned());
            let about = search.subject.clone().or_else(|| search.who.as_ref().map(|who| format!("user:{who}")));
            Ok((answer, Noted::about(subjects.chain(about).collect()).with_detail(detail)))
        })
    }
}

/// The entries with one of these terms, newest first, and whether there are more.
fn matching(
    tx: &dyn Transaction,
    terms: &[String],
    search: &ConsultationSearch,
) -> Result<(Vec<(i64, Timestamp, Entry)>, bool), NodeError> {
    let mut positions = BTreeSet::new();
    for term in terms {
        let (from, before, limit) = (search.from, search.before, ACTS_MAXIMUM + 1);
        let query = JournalQuery { terms: vec![term.clone()], from, before, limit, ..JournalQuery::default() };
        positions.extend(tx.search_journal(&query)?);
    }
    let is_cut = positions.len() > ACTS_MAXIMUM;
    let mut entries = Vec::new();
    for position in positions.into_iter().rev().take(ACTS_MAXIMUM) {
        for row in tx.journal_rows(position, 1)? {
            let Some(content) = row.content else { continue };
            entries.push((row.index, row.at, serde_json::from_str(&content).map_err(NodeError::internal)?));
        }
    }
    Ok((entries, is_cut))
}

fn answer_of(entries: Vec<(i64, Timestamp, Entry)>, is_cut: bool, about_person: bool) -> Consultations {
    let mut people: BTreeMap<String, Looker> = BTreeMap::new();
    let mut things: BTreeMap<String, LookedAt> = BTreeMap::new();
    for (_, at, entry) in &entries {
        let (who, at) = (entry.act.actor.to_string(), seconds(*at));
        let looker = people.entry(who.clone()).or_insert_with(|| Looker {
            who,
            acts: 0,
            denied: 0,
            first_at: at.clone(),
            last_at: at.clone(),
            purposes: BTreeSet::new(),
            cases: BTreeSet::new(),
        });
        looker.acts += 1;
        looker.denied += usize::from(matches!(entry.outcome, Outcome::Denied { .. }));
        // Entries come newest first.
        looker.first_at.clone_from(&at);
        looker.purposes.insert(entry.act.purpose.to_string());
        let case = entry.act.case.as_ref().map(ToString::to_string);
        looker.cases.extend(case.clone());
        for subject in entry.subjects.iter().filter(|_| about_person) {
            let thing = things.entry(subject.clone()).or_insert_with(|| LookedAt {
                subject: subject.clone(),
                acts: 0,
                last_at: at.clone(),
                cases: BTreeSet::new(),
            });
            thing.acts += 1;
            thing.cases.extend(case.clone());
        }
    }
    let mut people: Vec<Looker> = people.into_values().collect();
    people.sort_by(|one, other| other.acts.cmp(&one.acts).then_with(|| one.who.cmp(&other.who)));
    let mut things: Vec<LookedAt> = things.into_values().collect();
    things.sort_by(|one, other| other.acts.cmp(&one.acts).then_with(|| one.subject.cmp(&other.subject)));
    things.truncate(SHOWN_MAXIMUM);
    let acts = entries.len();
    let lines = entries.into_iter().take(SHOWN_MAXIMUM).map(|(index, at, entry)| line_of(index, at, entry)).collect();
    Consultations { people, things, lines, acts, is_cut }
}

fn line_of(index: i64, at: Timestamp, entry: Entry) -> ConsultationLine {
    let Entry { act, outcome, subjects, .. } = entry;
    ConsultationLine {
        index,
        at: seconds(at),
        who: act.actor.to_string(),
        action: act.action.to_string(),
        purpose: act.purpose.to_string(),
        legal_basis: act.legal_basis.to_string(),
        case: act.case.map(|case| case.to_string()),
        denied: matches!(outcome, Outcome::Denied { .. }),
        subject_count: subjects.len(),
        subjects: subjects.into_iter().take(10).collect(),
    }
}
