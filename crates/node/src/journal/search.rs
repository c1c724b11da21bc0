//! Searching the journal by its index: who, what, about whom, for which partner, case and purpose, when, and what came of it.

use oikos_model::{Action, Timestamp};
use oikos_registry::JournalQuery;
use serde::{Deserialize, Serialize};

use super::{JournalLine, journal_line};
use crate::{Caller, Node, NodeError, Noted};

const PAGE: usize = 100;
const LARGEST_PAGE: usize = 1_000;
const LONGEST_TERM_BYTES: usize = 512;

/// What to search for; what is given must all hold.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct JournalSearch {
    /// Who acted: an account's name, or `partner:NODE`, `node:NODE`.
    pub who: Option<String>,
    /// The action's code.
    pub action: Option<String>,
    /// What was touched, as `kind:reference`: who looked at it, and what became of it.
    pub subject: Option<String>,
    /// A partner, whether it acted, received or was acted upon.
    pub partner: Option<String>,
    /// The case.
    pub case: Option<String>,
    /// The purpose the act was done for.
    pub purpose: Option<String>,
    /// `allowed` or `denied`.
    pub outcome: Option<String>,
    /// Entered at this moment or later, RFC 3339.
    #[param(value_type = Option<String>)]
    pub from: Option<Timestamp>,
    /// Entered before this moment, RFC 3339.
    #[param(value_type = Option<String>)]
    pub before: Option<Timestamp>,
    /// Only positions below this one: the `next` of the page before.
    pub below: Option<i64>,
    /// At most so many; 100 where absent, 1,000 at most.
    pub limit: Option<usize>,
}

/// A page of what was found, newest first.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct JournalSearchPage {
    /// The entries.
    pub entries: Vec<JournalLine>,
    /// Where the next page begins; absent at the end.
    pub next: Option<i64>,
}

impl JournalSearch {
    fn terms(&self) -> Result<Vec<String>, NodeError> {
        if let Some(action) = &self.action
            && !Action::ALL.iter().any(|known| known.code() == action)
        {
            return Err(NodeError::Invalid(format!("{action:?} is no action; the guide lists them")));
        }
        if self.outcome.as_deref().is_some_and(|outcome| !["allowed", "denied"].contains(&outcome)) {
            return Err(NodeError::Invalid("the outcome is allowed or denied".into()));
        }
        let who = self.who.as_ref().map(|who| if who.contains(':') { who.clone() } else { format!("person:{who}") });
        let named = [
            ("who", &who),
            ("action", &self.action),
            ("subject", &self.subject),
            ("partner", &self.partner),
            ("case", &self.case),
            ("purpose", &self.purpose),
            ("outcome", &self.outcome),
        ];
        let terms: Vec<String> =
            named.iter().filter_map(|(name, value)| value.as_ref().map(|value| format!("{name}:{value}"))).collect();
        match terms.iter().find(|term| term.len() > LONGEST_TERM_BYTES) {
            Some(term) => {
                Err(NodeError::Invalid(format!("{}… is longer than any term", term.chars().take(40).collect::<String>())))
            }
            None => Ok(terms),
        }
    }
}

impl Node {
    /// Searches the journal. The search leaves an entry, under what it asked about, so that those who watch are watched.
    ///
    /// # Errors
    /// When policy refuses, or the search names an action or outcome that does not exist.
    pub fn search_journal(&self, caller: &Caller, search: &JournalSearch) -> Result<JournalSearchPage, NodeError> {
        let terms = search.terms()?;
        let limit = search.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
        let (from, before, below) = (search.from, search.before, search.below);
        self.write(caller, Action::ReadJournal, |tx| {
            let query = JournalQuery { terms: terms.clone(), from, before, below, limit: limit + 1 };
            let mut positions = tx.search_journal(&query)?;
            let next = (positions.len() > limit).then(|| positions[limit - 1]);
            positions.truncate(limit);
            let mut entries = Vec::with_capacity(positions.len());
            for position in positions {
                entries.extend(tx.journal_rows(position, 1)?.into_iter().map(journal_line).collect::<Result<Vec<_>, _>>()?);
            }
            let detail = serde_json::json!({ "search": terms, "from": from, "before": before, "entries": entries.len() });
            let subjects = std::iter::once("journal:search".to_owned()).chain(search.subject.clone().filter(|s| is_subject(s)));
            Ok((JournalSearchPage { entries, next }, Noted::about(subjects.collect()).with_detail(detail)))
        })
    }
}

fn is_subject(text: &str) -> bool {
    text.split_once(':').is_some_and(|(kind, reference)| !kind.is_empty() && !reference.is_empty())
        && !text.chars().any(char::is_control)
}
