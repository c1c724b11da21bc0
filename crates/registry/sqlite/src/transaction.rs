//! One transaction on one connection, and the few ways in which the table groups talk to it.

use oikos_model::Act;
use oikos_registry::{StoreError, Transaction};
use rusqlite::{Connection, Params};

use crate::SqliteStore;
use crate::columns::Columns;

/// What a transaction may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Read one state.
    ReadOnly,
    /// Read and write.
    ReadWrite,
}

/// A transaction that ends by [`commit`](Transaction::commit) or is undone when dropped.
pub(crate) struct SqliteTransaction<'store> {
    store: &'store SqliteStore,
    /// Present until the transaction ends.
    connection: Option<Connection>,
    access: Access,
    act: Act,
    /// Whether something was erased that must leave the write-ahead log too.
    erased: bool,
}

impl<'store> SqliteTransaction<'store> {
    pub(crate) fn begin(
        store: &'store SqliteStore,
        connection: Connection,
        access: Access,
        act: &Act,
    ) -> Result<Self, StoreError> {
        // A deferred transaction sees the state at its first read, so it reads at once.
        let statements = match access {
            Access::ReadOnly => "BEGIN DEFERRED; SELECT version FROM schema_version",
            Access::ReadWrite => "BEGIN IMMEDIATE",
        };
        let begun = connection.execute_batch(statements);
        // From here on, dropping gives the connection back.
        let transaction = Self { store, connection: Some(connection), access, act: act.clone(), erased: false };
        begun.map_err(|source| StoreError::database("beginning a transaction", source))?;
        Ok(transaction)
    }

    pub(crate) fn store(&self) -> &'store SqliteStore {
        self.store
    }

    /// Notes that rows were removed for good.
    pub(crate) fn note_erasure(&mut self, rows: usize) {
        self.erased |= rows > 0;
    }

    /// The connection, for reading.
    pub(crate) fn reading(&self) -> &Connection {
        #[expect(clippy::expect_used, reason = "only commit and drop take the connection, and both end the transaction")]
        self.connection.as_ref().expect("the transaction has not ended")
    }

    /// The connection, for writing.
    pub(crate) fn writing(&self) -> Result<&Connection, StoreError> {
        match self.access {
            Access::ReadOnly => Err(StoreError::ReadOnly),
            Access::ReadWrite => Ok(self.reading()),
        }
    }

    /// Runs a statement that writes. Returns how many rows it changed.
    pub(crate) fn execute(&self, doing: &'static str, sql: &str, parameters: impl Params) -> Result<usize, StoreError> {
        let failed = |source| StoreError::database(doing, source);
        self.writing()?.prepare_cached(sql).map_err(failed)?.execute(parameters).map_err(failed)
    }

    /// Reads every row of a query. `table` is named when a row does not read back.
    pub(crate) fn read_all<T>(
        &self,
        table: &'static str,
        sql: &str,
        parameters: impl Params,
        mut read: impl FnMut(&Columns<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let failed = |source| StoreError::database("reading", source);
        let mut statement = self.reading().prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(parameters).map_err(failed)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            all.push(read(&Columns::new(table, row))?);
        }
        Ok(all)
    }

    /// Reads the first row of a query, where there is one.
    pub(crate) fn read_one<T>(
        &self,
        table: &'static str,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Columns<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let failed = |source| StoreError::database("reading", source);
        let mut statement = self.reading().prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(parameters).map_err(failed)?;
        rows.next().map_err(failed)?.map(|row| read(&Columns::new(table, row))).transpose()
    }

    /// Reads one number, 0 when there is no row or no value.
    pub(crate) fn read_number(&self, table: &'static str, sql: &str, parameters: impl Params) -> Result<i64, StoreError> {
        let number = self.read_one(table, sql, parameters, |columns| columns.optional::<i64>(0))?;
        Ok(number.flatten().unwrap_or(0))
    }
}

impl Transaction for SqliteTransaction<'_> {
    fn act(&self) -> &Act {
        &self.act
    }

    fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        self.reading().execute_batch("COMMIT").map_err(|source| StoreError::database("committing", source))?;
        if self.access == Access::ReadWrite {
            self.store.free_erased(self.reading(), self.erased)?;
        }
        let connection = self.connection.take();
        self.store.take_back(connection, self.access);
        Ok(())
    }
}

impl Drop for SqliteTransaction<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let undone = connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok();
        // A connection that cannot roll back is closed, which undoes its transaction.
        self.store.take_back(undone.then_some(connection), self.access);
    }
}
