//! One transaction on one connection, and the few ways in which the table groups talk to it.

use std::cell::{Cell, RefCell};

use oikos_model::Act;
use oikos_registry::{StoreError, Transaction};
use postgres::types::{ToSql, Type};
use postgres::{Client, Row};

use crate::PostgresStore;
use crate::columns::Columns;
use crate::failure::failed;
use crate::store::Access;
use crate::values::Value;

/// A parameter with its type, as the driver takes it.
pub(crate) type Typed<'a> = (&'a (dyn ToSql + Sync), Type);

/// A transaction that ends by [`commit`](Transaction::commit) or is undone when dropped.
pub(crate) struct PostgresTransaction<'store> {
    store: &'store PostgresStore,
    /// Present until the transaction ends. The driver needs it exclusively to read, too.
    client: RefCell<Option<Client>>,
    access: Access,
    act: Act,
    /// Set when the server refused something: it then undoes everything, and says nothing about it at commit.
    refused: Cell<bool>,
}

impl<'store> PostgresTransaction<'store> {
    /// Takes a connection on which a transaction was begun.
    pub(crate) fn new(store: &'store PostgresStore, client: Client, access: Access, act: &Act) -> Self {
        Self { store, client: RefCell::new(Some(client)), access, act: act.clone(), refused: Cell::new(false) }
    }

    pub(crate) fn store(&self) -> &'store PostgresStore {
        self.store
    }

    /// Fails in a snapshot.
    pub(crate) fn writing(&self) -> Result<(), StoreError> {
        match self.access {
            Access::ReadOnly => Err(StoreError::ReadOnly),
            Access::ReadWrite => Ok(()),
        }
    }

    /// Does something with the connection.
    pub(crate) fn with<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&mut Client) -> Result<T, postgres::Error>,
    ) -> Result<T, StoreError> {
        let mut client = self.client.borrow_mut();
        #[expect(clippy::expect_used, reason = "only commit and drop take the connection, and both end the transaction")]
        let client = client.as_mut().expect("the transaction has not ended");
        work(client).map_err(|source| {
            self.refused.set(true);
            failed(doing, source)
        })
    }

    /// Runs a statement that gives rows.
    pub(crate) fn query(&self, doing: &'static str, sql: &str, parameters: &[Value]) -> Result<Vec<Row>, StoreError> {
        let parameters = typed(doing, parameters)?;
        self.with(doing, |client| client.query_typed(sql, &parameters))
    }

    /// Runs a statement that writes. Returns how many rows it changed.
    pub(crate) fn execute(&self, doing: &'static str, sql: &str, parameters: &[Value]) -> Result<usize, StoreError> {
        self.writing()?;
        let parameters = typed(doing, parameters)?;
        let rows = self.with(doing, |client| client.execute_typed(sql, &parameters))?;
        usize::try_from(rows).map_err(|source| StoreError::database(doing, source))
    }

    /// Reads every row of a query. `table` is named when a row does not read back.
    pub(crate) fn read_all<T>(
        &self,
        table: &'static str,
        sql: &str,
        parameters: &[Value],
        mut read: impl FnMut(&Columns<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.query("reading", sql, parameters)?;
        rows.iter().map(|row| read(&Columns::new(table, row))).collect()
    }

    /// Reads the first row of a query, where there is one.
    pub(crate) fn read_one<T>(
        &self,
        table: &'static str,
        sql: &str,
        parameters: &[Value],
        read: impl FnOnce(&Columns<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let rows = self.query("reading", sql, parameters)?;
        rows.first().map(|row| read(&Columns::new(table, row))).transpose()
    }

    /// Reads one number, 0 when there is no row or no value.
    pub(crate) fn read_number(&self, table: &'static str, sql: &str, parameters: &[Value]) -> Result<i64, StoreError> {
        let number = self.read_one(table, sql, parameters, |columns| columns.optional::<i64>(0))?;
        Ok(number.flatten().unwrap_or(0))
    }
}

/// Parameters with their types, as the driver takes them.
fn typed<'a>(doing: &'static str, parameters: &'a [Value]) -> Result<Vec<Typed<'a>>, StoreError> {
    if parameters.iter().all(Value::can_be_kept) {
        return Ok(parameters.iter().map(Value::sent).collect());
    }
    Err(StoreError::Conflict(format!("PostgreSQL keeps no NUL character, and a text has one while {doing}; remove it")))
}

impl Transaction for PostgresTransaction<'_> {
    fn act(&self) -> &Act {
        &self.act
    }

    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        if self.refused.get() {
            return Err(StoreError::Conflict("an earlier statement of this transaction failed, so nothing was written".into()));
        }
        self.with("committing (whether it landed is not known)", |client| client.batch_execute("COMMIT"))?;
        let client = self.client.take();
        self.store.take_back(client, self.access);
        Ok(())
    }
}

impl Drop for PostgresTransaction<'_> {
    fn drop(&mut self) {
        let Some(mut client) = self.client.take() else { return };
        // A connection that cannot roll back is closed, which undoes its transaction.
        let undone = client.batch_execute("ROLLBACK").is_ok();
        self.store.take_back(undone.then_some(client), self.access);
    }
}
