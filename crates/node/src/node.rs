//! The node: everything one authority runs, wired together. Every service goes through [`Node::read`] or [`Node::write`], where policy
//! decides and the journal entry is written in the act's own transaction.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use oikos_exchange::NodeIdentity;
use oikos_journal::{Cosigner, Entry, Outcome, Sequencer};
use oikos_lake::{ColumnsPermit, Lake, LakeLimits, Permits};
use oikos_model::{Act, Action, Clock, DetectorId, Label, LabelId, NodeId, Purpose};
use oikos_policy::{Decision, Policy, Principal, Request, Resource, TransferTable};
use oikos_registry::{Store, Transaction};

use crate::desks::Trials;
use crate::detectors::{DetectorSet, Loaded, LoadedDetector};
use crate::folder::FolderLock;
use crate::{Caller, NodeConfig, NodeError, NodeFolder};

/// One authority's installation, open and owned by this process.
pub struct Node {
    folder: NodeFolder,
    config: NodeConfig,
    clock: Arc<dyn Clock>,
    store: Box<dyn Store>,
    lake: Lake,
    policy: Policy,
    sequencer: Sequencer,
    cosigner: Cosigner,
    /// What witnesses refuse to cosign at present, and why.
    witness_refusals: Mutex<BTreeMap<NodeId, String>>,
    identity: Arc<NodeIdentity>,
    detectors: DetectorSet,
    trials: Trials,
    list_indexes: crate::screening::ListIndexes,
    sign_in_turn: Mutex<()>,
    transfers: TransferTable,
    ask_sets: crate::asks::AskSets,
    news: crate::news::News,
    golden_tables: OnceLock<Vec<crate::oversight::PolicyTableView>>,
    _lock: FolderLock,
}

/// What the journal entry of an act says beyond the act itself.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    subjects: Vec<String>,
    recipient: Option<NodeId>,
    detail: serde_json::Value,
}

impl Noted {
    /// An entry about these things.
    pub(crate) fn about(subjects: Vec<String>) -> Self {
        Self { subjects, ..Self::default() }
    }

    /// With what else is worth keeping.
    pub(crate) fn with_detail(self, detail: serde_json::Value) -> Self {
        Self { detail, ..self }
    }

    /// With the partner who got something.
    pub(crate) fn with_recipient(self, recipient: NodeId) -> Self {
        Self { recipient: Some(recipient), ..self }
    }
}

impl Node {
    /// Opens a node's folder and takes it for this process.
    ///
    /// # Errors
    /// When the folder is no node, another process owns it, or a part of it cannot be opened.
    pub fn open(folder: NodeFolder, clock: Arc<dyn Clock>) -> Result<Self, NodeError> {
        if !folder.settings().exists() {
            return Err(NodeError::Invalid(format!(
                "{} is not a node's folder; `oikos init {0}` makes one",
                folder.root().display()
            )));
        }
        let lock = folder.own()?;
        let config = NodeConfig::read(&folder.settings())?;
        let store = crate::registry::open(&folder, &config)?;
        let lake = Lake::open(&folder.lake(), LakeLimits::default()).map_err(NodeError::internal)?;
        let identity = Arc::new(NodeIdentity::load(&folder.keys()).map_err(NodeError::internal)?);
        let sequencer = Sequencer::open(folder.journal(), crate::keys::journal_key(&folder)?, config.id.as_str())
            .map_err(NodeError::internal)?
            .with_post_quantum(crate::keys::journal_cosigner(&folder, config.id.as_str())?);
        let cosigner = crate::keys::witness_cosigner(&folder, crate::witness::witness_name(&config.id))?;
        let node = Self {
            policy: Policy::load().map_err(NodeError::internal)?,
            detectors: DetectorSet::default(),
            trials: Trials::default(),
            list_indexes: crate::screening::ListIndexes::default(),
            transfers: load_transfers(&folder)?,
            ask_sets: crate::asks::AskSets::default(),
            news: crate::news::News::default(),
            golden_tables: OnceLock::new(),
            folder,
            config,
            clock,
            store,
            lake,
            sequencer,
            cosigner,
            witness_refusals: Mutex::default(),
            identity,
            sign_in_turn: Mutex::new(()),
            _lock: lock,
        };
        node.put_in_order()?;
        Ok(node)
    }

    /// Makes the desks' tables, removes files no snapshot knows, and marks jobs that were cut off.
    fn put_in_order(&self) -> Result<(), NodeError> {
        let now = self.clock.now();
        self.housekeeping(Action::Erase, |tx| {
            for table in oikos_desks::DESKS.iter().flat_map(|desk| desk.tables) {
                tx.ensure_table(&oikos_lake::catalogue_table(table).map_err(NodeError::internal)?, now)?;
            }
            self.lake.sweep(tx).map_err(NodeError::internal)?;
            self.detectors.load(tx)?;
            crate::jobs::mark_interrupted(tx, now)
        })?;
        self.sweep_uploads()
    }

    /// The node's id.
    pub fn id(&self) -> &NodeId {
        &self.config.id
    }

    /// The node's settings.
    pub fn config(&self) -> &NodeConfig {
        &self.config
    }

    /// The node's folder.
    pub fn folder(&self) -> &NodeFolder {
        &self.folder
    }

    /// The node's keys.
    pub fn identity(&self) -> &Arc<NodeIdentity> {
        &self.identity
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    pub(crate) fn lake(&self) -> &Lake {
        &self.lake
    }

    pub(crate) fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    pub(crate) fn sequencer(&self) -> &Sequencer {
        &self.sequencer
    }

    pub(crate) fn cosigner(&self) -> &Cosigner {
        &self.cosigner
    }

    /// Looks at or changes what witnesses refuse at present.
    pub(crate) fn witness_refusals<T>(&self, look: impl FnOnce(&mut BTreeMap<NodeId, String>) -> T) -> T {
        look(&mut self.witness_refusals.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Which countries outside the Union are adequate, for which data, when.
    pub fn transfers(&self) -> &TransferTable {
        &self.transfers
    }

    /// The golden tables, once somebody asked for them.
    pub(crate) fn golden_tables(&self) -> &OnceLock<Vec<crate::oversight::PolicyTableView>> {
        &self.golden_tables
    }

    pub(crate) fn ask_sets(&self) -> &crate::asks::AskSets {
        &self.ask_sets
    }

    pub(crate) fn news(&self) -> &crate::news::News {
        &self.news
    }

    /// The detectors as they are set now.
    pub(crate) fn detectors(&self) -> Vec<Arc<LoadedDetector>> {
        self.detectors.get().detectors.clone()
    }

    /// The detector of this id.
    pub(crate) fn loaded_detector(&self, id: &DetectorId) -> Option<Arc<LoadedDetector>> {
        self.detectors().into_iter().find(|loaded| loaded.detector.head.id == *id)
    }

    pub(crate) fn detector_set(&self) -> Arc<Loaded> {
        self.detectors.get()
    }

    /// Takes up what somebody changed in how detectors are set.
    pub(crate) fn reload_detectors(&self) -> Result<(), NodeError> {
        let act = self.itself().act(Action::ReadDesks, self.clock.now());
        self.detectors.load(self.store.snapshot(&act)?.as_ref())
    }

    /// The indexes that screening uses.
    pub(crate) fn list_indexes(&self) -> &crate::screening::ListIndexes {
        &self.list_indexes
    }

    pub(crate) fn trials(&self) -> &Trials {
        &self.trials
    }

    /// The node itself as a caller, for what it does by the clock.
    pub fn itself(&self) -> Caller {
        Caller {
            principal: Principal::Node(self.config.id.clone()),
            purpose: self.config.default_purpose.clone(),
            legal_basis: self.config.default_legal_basis.clone(),
            case: None,
            is_stated: true,
        }
    }

    /// Passwords and codes are checked one at a time, so that guesses side by side cannot outrun the count of failures.
    pub(crate) fn sign_in_turn(&self) -> MutexGuard<'_, ()> {
        self.sign_in_turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks policy whether the caller may do this at all; a refusal is journaled.
    ///
    /// # Errors
    /// [`NodeError::Denied`] with policy's reasons; [`NodeError::PurposeRequired`] where policy allows it but nobody said what for.
    pub(crate) fn authorise(&self, caller: &Caller, action: Action) -> Result<Act, NodeError> {
        let act = caller.act(action, self.clock.now());
        let decision = self.decide(caller, &act, Resource::Node);
        if decision.allowed {
            caller.check_stated(action)?;
            return Ok(act);
        }
        let reasons: Vec<String> = decision.reasons.iter().map(ToString::to_string).collect();
        self.journal_denial(&act, &reasons, Vec::new())?;
        Err(NodeError::Denied(reasons))
    }

    fn decide(&self, caller: &Caller, act: &Act, resource: Resource<'_>) -> Decision {
        self.policy.decide(&Request { principal: &caller.principal, act, resource })
    }

    /// Whether the caller may do this with something that carries `label`.
    pub(crate) fn may(&self, caller: &Caller, action: Action, label: &Label) -> bool {
        self.decide(caller, &caller.act(action, self.clock.now()), Resource::Label(label)).allowed
    }

    /// Whether the caller may ever do this with anything.
    pub(crate) fn may_ever(&self, caller: &Caller, action: Action) -> bool {
        self.decide(caller, &caller.act(action, self.clock.now()), Resource::Node).allowed
    }

    /// Why the caller may not do this with something that carries `label`; empty where they may.
    pub(crate) fn refusals(&self, caller: &Caller, action: Action, label: &Label) -> Vec<String> {
        let decision = self.decide(caller, &caller.act(action, self.clock.now()), Resource::Label(label));
        if decision.allowed { Vec::new() } else { decision.reasons.iter().map(ToString::to_string).collect() }
    }

    /// Codes of the actions this caller may do at all, so that a page shows no control that would be refused.
    pub(crate) fn allowed_actions(&self, caller: &Caller) -> Vec<&'static str> {
        let may = |action: &&Action| {
            let mut act = caller.act(**action, self.clock.now());
            if let (true, Ok(oversight)) = (action.is_oversight(), Purpose::new("oversight")) {
                act.purpose = oversight;
            }
            self.decide(caller, &act, Resource::Node).allowed
        };
        Action::ALL.iter().filter(may).map(|action| action.code()).collect()
    }

    /// Writes down that something was refused.
    pub(crate) fn journal_denial(&self, act: &Act, reasons: &[String], subjects: Vec<String>) -> Result<(), NodeError> {
        let mut tx = self.store.begin(act)?;
        let outcome = Outcome::Denied { reason: in_short(reasons) };
        let entry = Entry { act: act.clone(), outcome, subjects, recipient: None, detail: serde_json::Value::Null };
        oikos_journal::record(tx.as_mut(), &entry).map_err(NodeError::internal)?;
        Ok(tx.commit()?)
    }

    /// Does something that changes or discloses: policy decides, `work` works, and its journal entry lands in the same transaction.
    ///
    /// # Errors
    /// When policy refuses or `work` fails; then nothing was changed.
    pub(crate) fn write<T>(
        &self,
        caller: &Caller,
        action: Action,
        work: impl FnOnce(&mut dyn Transaction) -> Result<(T, Noted), NodeError>,
    ) -> Result<T, NodeError> {
        self.write_then(caller, action, work, |_, value, _| Ok(value))
    }

    /// As [`write`](Self::write); `after` continues in the same transaction once it is known where in the journal the entry stands.
    pub(crate) fn write_then<T, U>(
        &self,
        caller: &Caller,
        action: Action,
        work: impl FnOnce(&mut dyn Transaction) -> Result<(T, Noted), NodeError>,
        after: impl FnOnce(&mut dyn Transaction, T, i64) -> Result<U, NodeError>,
    ) -> Result<U, NodeError> {
        let act = self.authorise(caller, action)?;
        let mut tx = self.store.begin(&act)?;
        let (value, noted) = work(tx.as_mut())?;
        let Noted { subjects, recipient, detail } = noted;
        let entry = Entry { act, outcome: Outcome::Allowed, subjects, recipient, detail };
        let index = oikos_journal::record(tx.as_mut(), &entry).map_err(NodeError::internal)?;
        let value = after(tx.as_mut(), value, index)?;
        tx.commit()?;
        self.news.landed(action);
        Ok(value)
    }

    /// Reads something that is no case data; nothing is journaled. Reading case data is a [`write`](Self::write): consultation leaves an entry.
    ///
    /// # Errors
    /// When policy refuses or `work` fails.
    pub(crate) fn read<T>(
        &self,
        caller: &Caller,
        action: Action,
        work: impl FnOnce(&dyn Transaction) -> Result<T, NodeError>,
    ) -> Result<T, NodeError> {
        let act = self.authorise(caller, action)?;
        let tx = self.store.snapshot(&act)?;
        work(tx.as_ref())
    }

    /// The node's own bookkeeping around an act that has, or will have, its own entry.
    pub(crate) fn housekeeping<T>(
        &self,
        action: Action,
        work: impl FnOnce(&mut dyn Transaction) -> Result<T, NodeError>,
    ) -> Result<T, NodeError> {
        let act = self.itself().act(action, self.clock.now());
        let mut tx = self.store.begin(&act)?;
        let value = work(tx.as_mut())?;
        tx.commit()?;
        self.news.landed(action);
        Ok(value)
    }

    /// The labels of everything in the node that this caller may use for this action: policy is asked once per distinct label.
    pub(crate) fn permitted_labels(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        action: Action,
    ) -> Result<Vec<LabelId>, NodeError> {
        let act = caller.act(action, self.clock.now());
        Ok(self.policy.permitted_labels(&caller.principal, &act, &tx.labels()?))
    }

    /// What a session of this caller may see of these tables.
    pub(crate) fn permits(
        &self,
        tx: &dyn Transaction,
        caller: &Caller,
        action: Action,
        tables: BTreeMap<String, ColumnsPermit>,
    ) -> Result<Permits, NodeError> {
        let permitted = self.permitted_labels(tx, caller, action)?;
        let labels = tx.labels()?.into_iter().filter(|(id, _)| permitted.contains(id));
        Ok(Permits { tables, labels: labels.map(|(id, label)| (id, label.marking)).collect(), now: self.clock.now() })
    }

    /// Publishes new journal entries: tiles, then a signed checkpoint. What was released may leave only after this.
    ///
    /// # Errors
    /// When the journal's folder cannot be written.
    pub fn publish_journal(&self) -> Result<u64, NodeError> {
        let act = self.itself().act(Action::ReadJournal, self.clock.now());
        let checkpoint = self.sequencer.sequence(self.store.as_ref(), &act).map_err(NodeError::internal)?;
        Ok(checkpoint.size)
    }
}

/// Refusals as one reason of a journal entry: each once, as many as fit, and how many more there are.
fn in_short(reasons: &[String]) -> String {
    const BYTES_MAXIMUM: usize = 900;
    let distinct: std::collections::BTreeSet<&str> = reasons.iter().map(String::as_str).collect();
    let (mut text, mut left) = (String::new(), distinct.len());
    for reason in &distinct {
        if text.len() + reason.len() > BYTES_MAXIMUM {
            break;
        }
        text.push_str(if text.is_empty() { "" } else { "; " });
        text.push_str(reason);
        left -= 1;
    }
    match (left, text.is_empty()) {
        (0, _) => text,
        (more, true) => format!("{more} refusals too long to be kept"),
        (more, false) => format!("{text}; and {more} more"),
    }
}

/// The adequacy decisions built in, and the node's own where its folder has a file of them.
fn load_transfers(folder: &NodeFolder) -> Result<TransferTable, NodeError> {
    let path = folder.transfers();
    let own = match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(source) => return Err(NodeError::io("reading the adequacy decisions", &path, source)),
    };
    TransferTable::load(own.as_deref()).map_err(|error| NodeError::Invalid(format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::in_short;

    #[test]
    fn many_refusals_fit_an_entry_and_say_how_many_are_left_out() {
        assert_eq!(in_short(&["b".to_owned(), "a".to_owned(), "b".to_owned()]), "a; b");
        let many: Vec<String> = (0..100).map(|number| format!("{number:03} {}", "x".repeat(40))).collect();
        let text = in_short(&many);
        assert!(text.len() < 1_000 && text.ends_with(" more"), "{text}");
        assert_eq!(in_short(&["x".repeat(5_000)]), "1 refusals too long to be kept");
    }
}
