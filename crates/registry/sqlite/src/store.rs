//! Opening the database, and lending its connections: one that writes, and as many as needed that read.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use oikos_model::{Act, Vocabulary};
use oikos_registry::{Store, StoreError, Transaction};
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use crate::migrations::migrate;
use crate::transaction::{Access, SqliteTransaction};

/// How long a writer waits for another one, in this process or in another, before it gives up.
const WAIT_LIMIT: Duration = Duration::from_secs(60);
/// Read connections kept open when nobody uses them.
const IDLE_READERS: usize = 8;
/// Prepared statements kept per connection: more than the crate has.
const PREPARED_STATEMENTS: usize = 256;

/// How sure a commit is to survive.
#[derive(Debug, Clone, Copy)]
enum Durability {
    /// Also when the power fails.
    Power,
    /// Only as long as the process lives.
    Process,
}

/// A registry in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    durability: Durability,
    vocabulary: Vocabulary,
    writer: Mutex<Writer>,
    writer_is_back: Condvar,
    readers: Mutex<Vec<Connection>>,
    /// Set when an erasure was committed while a reader kept the write-ahead log from being emptied.
    emptying_is_due: AtomicBool,
    _folder: Option<TempDir>,
}

/// The connection that writes: here, or lent to a transaction.
#[derive(Debug)]
struct Writer {
    lent: bool,
    connection: Option<Connection>,
}

impl SqliteStore {
    /// Opens the database at `path`, makes it when it is not there, and brings its schema up to date. SQLite keeps two more files
    /// beside it while it is open, `-wal` and `-shm`.
    ///
    /// # Errors
    /// When the file cannot be opened, is not a registry, or was made by a newer version.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path.as_ref(), Durability::Power, None)
    }

    /// A store for tests: in a folder of its own, in memory where the system has a memory file system, gone when the store is
    /// dropped. It is a file all the same, because SQLite's own in-memory databases make readers wait for the writer.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn in_memory() -> Result<Self, StoreError> {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        let folder = folder.map_err(|source| StoreError::database("making a folder for it", source))?;
        let path = folder.path().join("registry.sqlite");
        Self::open_with(&path, Durability::Process, Some(folder))
    }

    fn open_with(path: &Path, durability: Durability, folder: Option<TempDir>) -> Result<Self, StoreError> {
        let vocabulary = Vocabulary::load().map_err(|source| StoreError::database("reading the vocabulary", source))?;
        let mut connection = connect(path, durability, Access::ReadWrite)?;
        prepare_file(&connection).map_err(|source| StoreError::database("opening it", source))?;
        migrate(&mut connection)?;
        Ok(Self {
            path: path.to_owned(),
            durability,
            vocabulary,
            writer: Mutex::new(Writer { lent: false, connection: Some(connection) }),
            writer_is_back: Condvar::new(),
            readers: Mutex::new(Vec::new()),
            emptying_is_due: AtomicBool::new(false),
            _folder: folder,
        })
    }

    /// The vocabulary that says which properties are selectors.
    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Takes a connection back after its transaction ended. `None` when it is in no state to be used again.
    pub(crate) fn take_back(&self, connection: Option<Connection>, access: Access) {
        match access {
            Access::ReadWrite => {
                *lock(&self.writer) = Writer { lent: false, connection };
                self.writer_is_back.notify_one();
            }
            Access::ReadOnly => {
                let mut readers = lock(&self.readers);
                if readers.len() < IDLE_READERS {
                    readers.extend(connection);
                }
            }
        }
    }

    /// After a commit: what was erased must leave the write-ahead log and the file as well. When a reader still needs the log, the
    /// next commit tries again.
    pub(crate) fn free_erased(&self, connection: &Connection, erased: bool) -> Result<(), StoreError> {
        if !(erased || self.emptying_is_due.load(Ordering::Acquire)) {
            return Ok(());
        }
        self.emptying_is_due.store(true, Ordering::Release);
        let emptied = empty_log(connection).map_err(|source| StoreError::database("freeing what was erased", source))?;
        self.emptying_is_due.store(!emptied, Ordering::Release);
        Ok(())
    }

    fn lend_writer(&self) -> Result<Connection, StoreError> {
        let writer = lock(&self.writer);
        let (mut writer, waited) = self
            .writer_is_back
            .wait_timeout_while(writer, WAIT_LIMIT, |writer| writer.lent)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(StoreError::Conflict(format!("another writer held the registry for {} s", WAIT_LIMIT.as_secs())));
        }
        let connection = match writer.connection.take() {
            Some(connection) => connection,
            None => connect(&self.path, self.durability, Access::ReadWrite)?,
        };
        writer.lent = true;
        Ok(connection)
    }

    fn lend_reader(&self) -> Result<Connection, StoreError> {
        let idle = lock(&self.readers).pop();
        idle.map_or_else(|| connect(&self.path, self.durability, Access::ReadOnly), Ok)
    }
}

impl Store for SqliteStore {
    fn begin<'store>(&'store self, act: &Act) -> Result<Box<dyn Transaction + 'store>, StoreError> {
        let connection = self.lend_writer()?;
        Ok(Box::new(SqliteTransaction::begin(self, connection, Access::ReadWrite, act)?))
    }

    fn snapshot<'store>(&'store self, act: &Act) -> Result<Box<dyn Transaction + 'store>, StoreError> {
        let connection = self.lend_reader()?;
        Ok(Box::new(SqliteTransaction::begin(self, connection, Access::ReadOnly, act)?))
    }
}

/// A panic elsewhere leaves no half-made state behind these locks: what they guard is replaced whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(path: &Path, durability: Durability, access: Access) -> Result<Connection, StoreError> {
    try_connect(path, durability, access).map_err(|source| StoreError::database("opening it", source))
}

fn try_connect(path: &Path, durability: Durability, access: Access) -> rusqlite::Result<Connection> {
    // A reader in WAL mode writes the shared index beside the file, so it cannot open read-only; `query_only` holds it back.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(WAIT_LIMIT)?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    let synchronous = match durability {
        Durability::Power => "FULL",
        Durability::Process => "OFF",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update_and_check(None, "secure_delete", "ON", |_| Ok(()))?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    // Negative: KiB. Enough for the indexes of a million statements.
    connection.pragma_update(None, "cache_size", if access == Access::ReadWrite { -131_072 } else { -16_384 })?;
    connection.pragma_update(None, "query_only", access == Access::ReadOnly)?;
    Ok(connection)
}

/// Sets what the file itself remembers, before the first table is made: readers do not wait, and freed pages can be given back.
fn prepare_file(connection: &Connection) -> rusqlite::Result<()> {
    const INCREMENTAL: i64 = 2;
    // Setting it again would wait for the writer of another process.
    if connection.pragma_query_value(None, "auto_vacuum", |row| row.get::<_, i64>(0))? != INCREMENTAL {
        connection.pragma_update(None, "auto_vacuum", INCREMENTAL)?;
    }
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
}

/// Gives free pages back and empties the write-ahead log. Returns whether the log is empty.
fn empty_log(connection: &Connection) -> rusqlite::Result<bool> {
    // A reader that still needs the log would make this wait for it; it may be in the same thread.
    connection.busy_timeout(Duration::ZERO)?;
    let emptied = connection
        .prepare("PRAGMA incremental_vacuum")
        .and_then(|mut statement| {
            let mut pages = statement.query([])?;
            while pages.next()?.is_some() {}
            Ok(())
        })
        .and_then(|()| connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0)));
    connection.busy_timeout(WAIT_LIMIT)?;
    match emptied {
        Ok(busy) => Ok(busy == 0),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use oikos_model::{Action, Actor, LegalBasis, NodeId, Purpose, Timestamp};

    use super::*;

    fn act() -> Act {
        Act {
            actor: Actor::Node(NodeId::new("fi.test").unwrap()),
            action: Action::Import,
            purpose: Purpose::new("maritime-safety").unwrap(),
            legal_basis: LegalBasis::new("Act 1 §1").unwrap(),
            case: None,
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_was_committed_is_there_when_opened_again() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("registry.sqlite");
        for expected in 1..=2 {
            let store = SqliteStore::open(&path).unwrap();
            let mut transaction = store.begin(&act()).unwrap();
            assert_eq!(transaction.reserve_import_number().unwrap(), expected);
            transaction.commit().unwrap();
        }
    }

    #[test]
    fn a_file_that_is_no_database_is_refused() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("registry.sqlite");
        std::fs::write(&path, "this is no database, and long enough to look like a header of one. ".repeat(100)).unwrap();
        assert!(matches!(SqliteStore::open(&path), Err(StoreError::Database { .. })));
    }

    #[test]
    fn the_file_is_kept_as_promised() {
        let store = SqliteStore::in_memory().unwrap();
        let connection = store.lend_reader().unwrap();
        let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!((pragma("secure_delete"), pragma("foreign_keys"), pragma("auto_vacuum")), (1, 1, 2));
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
    }
}
