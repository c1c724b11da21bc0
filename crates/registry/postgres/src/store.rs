//! Connecting, lending connections to transactions, and running a transaction again when it must be.

use std::sync::{Mutex, PoisonError};

use oikos_model::Vocabulary;
use oikos_registry::StoreError;
use postgres::error::SqlState;
use postgres::{Client, Config, NoTls};

use crate::migrations::migrate;
use crate::transaction::{Access, PostgresTransaction};

/// How often a transaction is run before a contradiction with others is reported.
const ATTEMPTS: usize = 20;
/// Connections kept open when nobody uses them.
const IDLE_CONNECTIONS: usize = 8;

/// A registry in a PostgreSQL database.
pub struct PostgresStore {
    config: Config,
    vocabulary: Vocabulary,
    idle: Mutex<Vec<Client>>,
}

impl PostgresStore {
    /// Connects with PostgreSQL's own parameters, for example `host=/run/postgresql dbname=oikos`, and brings the schema up to date.
    ///
    /// # Errors
    /// When the parameters are malformed, the server cannot be reached, or the schema was made by a newer version.
    pub fn connect(parameters: &str) -> Result<Self, StoreError> {
        let config: Config = parameters.parse().map_err(|source| StoreError::database("reading its address", source))?;
        let vocabulary = Vocabulary::load().map_err(|source| StoreError::database("reading the vocabulary", source))?;
        let store = Self { config, vocabulary, idle: Mutex::new(Vec::new()) };
        let mut client = store.lend()?;
        migrate(&mut client)?;
        store.take_back(client);
        Ok(store)
    }

    /// Opens a transaction that reads and writes. Any call on it may fail with a serialization failure: see [`write`](Self::write).
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub fn begin(&self) -> Result<PostgresTransaction<'_>, StoreError> {
        PostgresTransaction::begin(self, self.lend()?, Access::ReadWrite)
    }

    /// Opens a transaction that only reads, and sees one consistent state throughout.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub fn snapshot(&self) -> Result<PostgresTransaction<'_>, StoreError> {
        PostgresTransaction::begin(self, self.lend()?, Access::ReadOnly)
    }

    /// Does `work` in a transaction and commits it. When another transaction got in between, it is undone and `work` runs again, so
    /// `work` must have no effect beyond its transaction.
    ///
    /// # Errors
    /// What `work` gives; a serialization failure only after many attempts.
    pub fn write<T>(&self, mut work: impl FnMut(&mut PostgresTransaction<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut attempt = || {
            let mut transaction = self.begin()?;
            let done = work(&mut transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        for _ in 1..ATTEMPTS {
            match attempt() {
                Err(error) if must_run_again(&error) => {}
                done => return done,
            }
        }
        attempt()
    }

    /// The vocabulary that says which properties are selectors.
    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn lend(&self) -> Result<Client, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(client) if !client.is_closed() => Ok(client),
            _ => self.config.connect(NoTls).map_err(|source| StoreError::database("connecting", source)),
        }
    }

    /// Takes a connection back after its transaction ended.
    pub(crate) fn take_back(&self, client: Client) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_CONNECTIONS {
            idle.push(client);
        }
    }
}

impl std::fmt::Debug for PostgresStore {
    // The parameters may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

/// Whether the transaction failed only because of others at the same time.
fn must_run_again(error: &StoreError) -> bool {
    let StoreError::Database { source, .. } = error else { return false };
    let code = source.downcast_ref::<postgres::Error>().and_then(postgres::Error::code);
    code.is_some_and(|code| *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED)
}
