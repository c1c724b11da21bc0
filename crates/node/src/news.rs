//! News: which kinds of things changed, as counters that only grow while the node runs. Never what changed: whoever hears of a change asks
//! for it as always, and policy decides.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use oikos_model::Action;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::{Caller, Node, NodeError};

/// Most streams that one session listens on at once, and the node serves at once.
const STREAMS_OF_SESSION: usize = 4;
const STREAMS_MAXIMUM: usize = 500;

/// A kind of thing that changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NewsKind {
    /// Findings, and the work on them.
    Findings,
    /// Leads and campaigns.
    Leads,
    /// Cases.
    Cases,
    /// Jobs and their progress.
    Jobs,
    /// Hits, and requests with their clocks.
    Requests,
    /// What goes to partners and comes from them.
    Parcels,
    /// Releases that wait for a second person.
    Approvals,
    /// Partners, their agreements and links.
    Partners,
}

impl NewsKind {
    const ALL: [Self; 8] =
        [Self::Findings, Self::Leads, Self::Cases, Self::Jobs, Self::Requests, Self::Parcels, Self::Approvals, Self::Partners];

    /// What somebody may do who hears of this kind.
    const fn read_by(self) -> Action {
        match self {
            Self::Findings => Action::ReadFindings,
            Self::Leads => Action::ReadLeads,
            Self::Cases => Action::ReadCases,
            Self::Jobs => Action::ReadJobs,
            Self::Requests => Action::ReadRequests,
            Self::Parcels | Self::Partners => Action::ReadPartners,
            Self::Approvals => Action::ApproveRelease,
        }
    }
}

/// What an act may have changed. What only reads changes nothing.
const fn changed_by(action: Action) -> &'static [NewsKind] {
    use NewsKind::{Approvals, Cases, Findings, Jobs, Leads, Parcels, Partners, Requests};
    match action {
        Action::Import | Action::ReadJobs => &[Jobs],
        Action::Detect => &[Findings, Jobs],
        Action::DecideFinding | Action::AssignFinding | Action::SnoozeFinding | Action::UndoWork | Action::SetAlertBudget => {
            &[Findings]
        }
        Action::Combine => &[Leads],
        Action::Release => &[Findings, Parcels, Approvals],
        Action::ApproveRelease => &[Parcels, Approvals],
        Action::Recall | Action::Rectify => &[Findings, Parcels],
        Action::ReceiveParcel => &[Findings, Leads, Parcels, Requests],
        Action::DeliverParcel => &[Parcels, Partners],
        Action::ManagePartners => &[Partners],
        Action::Erase | Action::AnswerSubject => &[Findings, Leads, Cases, Requests],
        Action::Ask | Action::AnswerAsk | Action::RequestRelease | Action::DecideRequest => &[Requests],
        Action::OpenCase | Action::WorkCase | Action::SteerCase => &[Cases, Findings],
        _ => &[],
    }
}

/// Counters of changes by kind.
pub(crate) type Counters = BTreeMap<NewsKind, u64>;

#[derive(Debug, Clone, Default)]
struct State {
    counters: Counters,
    /// Whether the node stops: streams end.
    closed: bool,
}

/// Where changes are told, and who listens.
#[derive(Debug)]
pub(crate) struct News {
    state: watch::Sender<State>,
    listeners: Arc<Mutex<HashMap<String, usize>>>,
}

impl Default for News {
    fn default() -> Self {
        let counters = NewsKind::ALL.into_iter().map(|kind| (kind, 0)).collect();
        Self { state: watch::Sender::new(State { counters, closed: false }), listeners: Arc::default() }
    }
}

impl News {
    /// Tells that an act landed.
    pub(crate) fn landed(&self, action: Action) {
        self.state.send_if_modified(|state| {
            for kind in changed_by(action) {
                *state.counters.entry(*kind).or_default() += 1;
            }
            // Whoever signed out listens no longer: every stream looks.
            !changed_by(action).is_empty() || matches!(action, Action::SignIn | Action::ManageOwnAccess | Action::ManageUsers)
        });
    }

    /// Ends every stream: the node stops.
    pub(crate) fn close(&self) {
        self.state.send_modify(|state| state.closed = true);
    }

    fn listen(&self, session: &str) -> Result<Seat, NodeError> {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        let own = listeners.get(session).copied().unwrap_or(0);
        if own >= STREAMS_OF_SESSION || listeners.values().sum::<usize>() >= STREAMS_MAXIMUM {
            return Err(NodeError::Conflict(format!(
                "a session listens on at most {STREAMS_OF_SESSION} streams, and the node serves {STREAMS_MAXIMUM}; close a page"
            )));
        }
        listeners.insert(session.to_owned(), own + 1);
        Ok(Seat { session: session.to_owned(), listeners: Arc::clone(&self.listeners) })
    }
}

/// A place among the listeners, given back when it is dropped.
struct Seat {
    session: String,
    listeners: Arc<Mutex<HashMap<String, usize>>>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        match listeners.get_mut(&self.session) {
            Some(count) if *count > 1 => *count -= 1,
            _ => _ = listeners.remove(&self.session),
        }
    }
}

/// Somebody who listens to the news of the kinds they may read.
pub(crate) struct Listener {
    kinds: BTreeSet<NewsKind>,
    news: watch::Receiver<State>,
    _seat: Seat,
}

impl Listener {
    /// The counters as they are now; `None` once the node stops.
    pub(crate) fn now(&mut self) -> Option<Counters> {
        let state = self.news.borrow_and_update();
        let own = state.counters.iter().filter(|(kind, _)| self.kinds.contains(kind));
        (!state.closed).then(|| own.map(|(kind, count)| (*kind, *count)).collect())
    }

    /// Done once something changed, or the node stops.
    pub(crate) async fn changed(&mut self) {
        // The sender lives as long as the node, and the stream holds the node.
        drop(self.news.changed().await);
    }
}

impl Node {
    pub(crate) fn listen(&self, caller: &Caller, session: &str) -> Result<Listener, NodeError> {
        self.authorise(caller, Action::ReadNode)?;
        let kinds = NewsKind::ALL.into_iter().filter(|kind| self.may_ever(caller, kind.read_by())).collect();
        let seat = self.news().listen(session)?;
        Ok(Listener { kinds, news: self.news().state.subscribe(), _seat: seat })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_so_many_seats_and_gets_them_back() {
        let news = News::default();
        let seats: Vec<Seat> = (0..STREAMS_OF_SESSION).map(|_| news.listen("one").unwrap()).collect();
        assert!(news.listen("one").is_err());
        assert!(news.listen("another").is_ok());
        drop(seats);
        assert!(news.listen("one").is_ok());
    }

    #[test]
    fn what_only_reads_is_no_news() {
        for action in [Action::ReadFindings, Action::ReadCases, Action::ReadEvidence, Action::ReadLeads, Action::StatePurpose] {
            assert!(changed_by(action).is_empty(), "{action}");
        }
    }
}
