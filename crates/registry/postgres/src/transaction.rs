//! One transaction on one connection, and the few ways in which the table groups talk to it.

use std::cell::RefCell;

use oikos_registry::StoreError;
use postgres::types::ToSql;
use postgres::{Client, Row};

use crate::PostgresStore;
use crate::columns::Columns;

/// What a transaction may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Read one state.
    ReadOnly,
    /// Read and write.
    ReadWrite,
}

/// Values of a statement's parameters.
pub(crate) type Parameters<'a> = [&'a (dyn ToSql + Sync)];

/// A transaction that ends by [`commit`](Self::commit) or is undone when dropped.
pub struct PostgresTransaction<'store> {
    store: &'store PostgresStore,
    /// Present until the transaction ends. The driver needs it exclusively to read, too.
    client: RefCell<Option<Client>>,
    access: Access,
}

impl<'store> PostgresTransaction<'store> {
    pub(crate) fn begin(store: &'store PostgresStore, mut client: Client, access: Access) -> Result<Self, StoreError> {
        let begin = match access {
            Access::ReadOnly => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT version FROM schema_version",
            Access::ReadWrite => "BEGIN ISOLATION LEVEL SERIALIZABLE",
        };
        client.batch_execute(begin).map_err(|source| StoreError::database("beginning a transaction", source))?;
        Ok(Self { store, client: RefCell::new(Some(client)), access })
    }

    /// Makes everything that was written lasting.
    ///
    /// # Errors
    /// When the server refuses; then nothing was written.
    pub fn commit(self) -> Result<(), StoreError> {
        self.with("committing", |client| client.batch_execute("COMMIT"))?;
        if let Some(client) = self.client.take() {
            self.store.take_back(client);
        }
        Ok(())
    }

    pub(crate) fn store(&self) -> &'store PostgresStore {
        self.store
    }

    fn with<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&mut Client) -> Result<T, postgres::Error>,
    ) -> Result<T, StoreError> {
        let mut client = self.client.borrow_mut();
        #[expect(clippy::expect_used, reason = "only commit and drop take the connection, and both end the transaction")]
        let client = client.as_mut().expect("the transaction has not ended");
        work(client).map_err(|source| StoreError::database(doing, source))
    }

    /// Runs a statement that writes and gives rows back.
    pub(crate) fn write(&self, doing: &'static str, sql: &str, parameters: &Parameters<'_>) -> Result<Vec<Row>, StoreError> {
        match self.access {
            Access::ReadOnly => Err(StoreError::ReadOnly),
            Access::ReadWrite => self.with(doing, |client| client.query(sql, parameters)),
        }
    }

    /// Runs a statement that writes. Returns how many rows it changed.
    pub(crate) fn execute(&self, doing: &'static str, sql: &str, parameters: &Parameters<'_>) -> Result<usize, StoreError> {
        let rows = match self.access {
            Access::ReadOnly => return Err(StoreError::ReadOnly),
            Access::ReadWrite => self.with(doing, |client| client.execute(sql, parameters))?,
        };
        usize::try_from(rows).map_err(|source| StoreError::database(doing, source))
    }

    /// Reads every row of a query. `table` is named when a row does not read back.
    pub(crate) fn read_all<T>(
        &self,
        table: &'static str,
        sql: &str,
        parameters: &Parameters<'_>,
        read: impl Fn(&Columns<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.with("reading", |client| client.query(sql, parameters))?;
        rows.iter().map(|row| read(&Columns::new(table, row))).collect()
    }

    /// Reads the first row of a query, where there is one.
    pub(crate) fn read_one<T>(
        &self,
        table: &'static str,
        sql: &str,
        parameters: &Parameters<'_>,
        read: impl Fn(&Columns<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.read_all(table, sql, parameters, read)?.into_iter().next())
    }
}

impl Drop for PostgresTransaction<'_> {
    fn drop(&mut self) {
        let Some(mut client) = self.client.take() else { return };
        // A connection that cannot roll back is closed, which undoes its transaction.
        if client.batch_execute("ROLLBACK").is_ok() {
            self.store.take_back(client);
        }
    }
}
