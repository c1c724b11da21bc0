//! The least of a node that an import and a detector need: a registry, a lake and one label, in one folder.

use std::collections::BTreeMap;
use std::path::Path;

use oikos_desk::TableDefinition;
use oikos_desk_sea::SEA;
use oikos_lake::{ColumnsPermit, Lake, LakeLimits, Permits, Session, SessionLimits, catalogue_table};
use oikos_model::{Act, Action, Actor, Label, LegalBasis, Marking, NodeId, Purpose, Regime, Scope, Timestamp, Tlp};
use oikos_registry::{DataFile, Store, Transaction};
use oikos_registry_sqlite::SqliteStore;

use crate::Failure;

/// A registry and a lake.
pub(super) struct Node {
    pub(super) lake: Lake,
    pub(super) store: SqliteStore,
    pub(super) label: Label,
    act: Act,
}

impl Node {
    /// Opens what is in `folder`, or makes it.
    pub(super) fn open(folder: &Path) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder)?;
        let origin = NodeId::new("fi.coast-guard")?;
        let purpose = Purpose::new(SEA.purpose)?;
        let marking = Marking::new(Regime::Gdpr, Tlp::Green, [purpose.clone()]);
        let act = Act {
            actor: Actor::Node(origin.clone()),
            action: Action::Import,
            purpose,
            legal_basis: LegalBasis::new(SEA.legal_basis)?,
            case: None,
            at: Timestamp::from_second(1_782_000_000)?,
        };
        let lake = Lake::open(&folder.join("lake"), LakeLimits::default())?;
        let store = SqliteStore::open(folder.join("registry.sqlite"))?;
        let mut transaction = store.begin(&act)?;
        lake.sweep(transaction.as_mut())?;
        transaction.commit()?;
        Ok(Self { lake, store, label: Label { marking, origin, scope: Scope::Node }, act })
    }

    /// When everything happens: a day that is later than every row.
    pub(super) fn now(&self) -> Timestamp {
        self.act.at
    }

    /// Who asks.
    pub(super) fn origin(&self) -> NodeId {
        self.label.origin.clone()
    }

    /// Makes staged files visible.
    pub(super) fn commit(&self, files: &[DataFile], tables: &[TableDefinition]) -> Result<(), Failure> {
        let mut transaction = self.store.begin(&self.act)?;
        for table in tables {
            transaction.ensure_table(&catalogue_table(table)?, self.act.at)?;
        }
        transaction.intern_label(&self.label)?;
        transaction.add_data_files(files, self.act.at)?;
        Ok(transaction.commit()?)
    }

    /// One consistent state of the registry.
    pub(super) fn snapshot(&self) -> Result<Box<dyn Transaction + '_>, Failure> {
        Ok(self.store.snapshot(&self.act)?)
    }

    /// A session that sees these tables.
    pub(super) fn session<'a>(
        &self,
        transaction: &dyn Transaction,
        tables: impl IntoIterator<Item = &'a str>,
    ) -> Result<Session, Failure> {
        let permits = Permits {
            tables: tables.into_iter().map(|table| (table.to_owned(), ColumnsPermit::All)).collect(),
            labels: BTreeMap::from([(self.label.id(), self.label.marking.clone())]),
            now: self.now(),
        };
        Ok(self.lake.session(transaction, &permits, SessionLimits::for_detectors())?)
    }
}
