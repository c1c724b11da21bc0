//! Connecting, and lending connections: one that writes, and as many as needed that read.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use oikos_model::{Act, Vocabulary};
use oikos_registry::{Store, StoreError, Transaction};
use postgres::config::Host;
use postgres::error::SqlState;
use postgres::{Client, Config, NoTls};

use crate::failure::{failed, is_lost};
use crate::migrations::{SCHEMA, migrate};
use crate::transaction::PostgresTransaction;

/// How long a writer waits for another one, in this process or in another, before it gives up.
const WAIT_LIMIT: Duration = Duration::from_secs(60);
/// How long the server may be in answering a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// What a session is held to. One statement may take ten minutes: erasing a large import does take minutes. A writer whose
/// machine is gone would keep its turn, so its connection is probed. What the address says of its own comes after this and wins.
const SESSION: &str = "-c lock_timeout=60s -c statement_timeout=10min -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 \
                       -c tcp_keepalives_count=3 -c client_encoding=UTF8 -c synchronous_commit=on";
/// Read connections kept open when nobody uses them.
const IDLE_READERS: usize = 8;

/// What a transaction may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Read one state.
    ReadOnly,
    /// Read and write.
    ReadWrite,
}

impl Access {
    /// How such a transaction begins. A writer holds the schema's row to its end, so that writers queue without an advisory lock;
    /// what it reads after that is what the writer before it committed, which READ COMMITTED shows and a snapshot from before
    /// would not. A reader's state is that of its first statement, so it reads at once.
    const fn beginning(self) -> &'static str {
        match self {
            Self::ReadOnly => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT version FROM schema_version",
            Self::ReadWrite => "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT version FROM schema_version FOR UPDATE",
        }
    }
}

/// A registry in a PostgreSQL database. Everything on it blocks: the driver runs a small runtime of its own, so tasks of another one use it in
/// `spawn_blocking` or `block_in_place`.
pub struct PostgresStore {
    config: Config,
    vocabulary: Vocabulary,
    writer: Mutex<Writer>,
    writer_is_back: Condvar,
    readers: Mutex<Vec<Client>>,
}

/// The connection that writes: here, or lent to a transaction.
struct Writer {
    lent: bool,
    client: Option<Client>,
}

impl PostgresStore {
    /// Connects with PostgreSQL's own address, for example `postgres:///oikos?host=/run/postgresql` or `host=/run/postgresql
    /// dbname=oikos`, and brings the schema up to date. `password` is for an address that names none.
    ///
    /// # Errors
    /// When the address is malformed or leads over a network, the server cannot be reached, or the schema was made by a newer version.
    pub fn connect(address: &str, password: Option<&str>) -> Result<Self, StoreError> {
        let config = configuration(address, password)?;
        let vocabulary = Vocabulary::load().map_err(|source| StoreError::database("reading the vocabulary", source))?;
        let mut client = connect(&config)?;
        migrate(&mut client)?;
        Ok(Self {
            config,
            vocabulary,
            writer: Mutex::new(Writer { lent: false, client: Some(client) }),
            writer_is_back: Condvar::new(),
            readers: Mutex::new(Vec::new()),
        })
    }

    /// The vocabulary that says which properties are selectors.
    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Takes a connection back after its transaction ended. `None` when it is in no state to be used again.
    pub(crate) fn take_back(&self, client: Option<Client>, access: Access) {
        match access {
            Access::ReadWrite => {
                *lock(&self.writer) = Writer { lent: false, client };
                self.writer_is_back.notify_one();
            }
            Access::ReadOnly => {
                let mut readers = lock(&self.readers);
                if readers.len() < IDLE_READERS {
                    readers.extend(client);
                }
            }
        }
    }

    /// Waits until no transaction of this process writes, and takes the turn. Its connection may have been lost since.
    fn lend_writer(&self) -> Result<Option<Client>, StoreError> {
        let writer = lock(&self.writer);
        let (mut writer, waited) = self
            .writer_is_back
            .wait_timeout_while(writer, WAIT_LIMIT, |writer| writer.lent)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(StoreError::Conflict(format!("another writer held the registry for {} s", WAIT_LIMIT.as_secs())));
        }
        writer.lent = true;
        Ok(writer.client.take())
    }

    /// Begins on a connection that was idle; where the server ended it meanwhile, on a new one.
    fn begin_on(&self, idle: Option<Client>, access: Access) -> Result<Client, StoreError> {
        if let Some(mut client) = idle {
            match client.batch_execute(access.beginning()) {
                Ok(()) => return Ok(client),
                Err(error) if is_lost(&error) || client.is_closed() => {}
                Err(error) => return Err(not_begun(error)),
            }
        }
        let mut client = connect(&self.config)?;
        client.batch_execute(access.beginning()).map_err(not_begun)?;
        Ok(client)
    }
}

impl Drop for PostgresStore {
    /// Connections end in a thread of their own: the driver waits for their end, which no task may, and a store can be dropped by
    /// one.
    fn drop(&mut self) {
        let mut clients: Vec<Client> = lock(&self.readers).drain(..).collect();
        clients.extend(lock(&self.writer).client.take());
        let ending = std::thread::Builder::new().spawn(move || drop(clients));
        // Where no thread can be made, they ended when the closure was dropped.
        let _ = ending.map(std::thread::JoinHandle::join);
    }
}

impl Store for PostgresStore {
    fn begin<'store>(&'store self, act: &Act) -> Result<Box<dyn Transaction + 'store>, StoreError> {
        let idle = self.lend_writer()?;
        let begun = self.begin_on(idle, Access::ReadWrite);
        if begun.is_err() {
            self.take_back(None, Access::ReadWrite);
        }
        Ok(Box::new(PostgresTransaction::new(self, begun?, Access::ReadWrite, act)))
    }

    fn snapshot<'store>(&'store self, act: &Act) -> Result<Box<dyn Transaction + 'store>, StoreError> {
        let idle = lock(&self.readers).pop();
        let client = self.begin_on(idle, Access::ReadOnly)?;
        Ok(Box::new(PostgresTransaction::new(self, client, Access::ReadOnly, act)))
    }
}

/// Whether an address names a password, which then is readable to whoever reads the address.
///
/// # Errors
/// When the address is malformed or leads over a network.
pub fn names_password(address: &str) -> Result<bool, StoreError> {
    Ok(configuration(address, None)?.get_password().is_some())
}

impl std::fmt::Debug for PostgresStore {
    // The address may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStore").field("schema", &SCHEMA).finish_non_exhaustive()
    }
}

/// A panic elsewhere leaves no half-made state behind these locks: what they guard is replaced whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The connection's settings. Nothing here encrypts what goes over the wire, so an address outside of this machine is refused.
fn configuration(address: &str, password: Option<&str>) -> Result<Config, StoreError> {
    // The driver's message may repeat a part of the address, and with it a password.
    let malformed =
        |_| StoreError::Conflict("the registry's address is malformed; write postgres://USER@localhost/DATABASE".to_owned());
    let mut config: Config = address.parse().map_err(malformed)?;
    let is_here = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback()),
    };
    let hosts = config.get_hosts();
    if hosts.is_empty() || !hosts.iter().all(is_here) || !config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback) {
        return Err(StoreError::Conflict(
            "the registry's server is reached over a Unix socket or loopback only, because the connection is not encrypted; lead a \
             tunnel to the other machine and name its end on this one"
                .to_owned(),
        ));
    }
    if let (None, Some(password)) = (config.get_password(), password) {
        config.password(password);
    }
    let options = format!("{SESSION} {}", config.get_options().unwrap_or_default());
    config.options(&options).application_name("oikos").connect_timeout(CONNECT_LIMIT);
    Ok(config)
}

fn connect(config: &Config) -> Result<Client, StoreError> {
    config.connect(NoTls).map_err(|source| failed("connecting", source))
}

/// Why a transaction could not begin: as SQLite's store says it where another process keeps the writers' turn.
fn not_begun(source: postgres::Error) -> StoreError {
    match source.code() {
        Some(code) if *code == SqlState::LOCK_NOT_AVAILABLE => {
            StoreError::Conflict("another process wrote to the registry for longer than this one waits".to_owned())
        }
        _ => failed("beginning a transaction", source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_nowhere_unencrypted_and_is_never_repeated() {
        for good in ["postgres://oikos@localhost/oikos", "host=/run/postgresql dbname=oikos", "postgres://o@127.0.0.1:5433/oikos"]
        {
            assert!(configuration(good, None).is_ok(), "{good}");
        }
        for bad in ["postgres://oikos:secret@db.example/oikos", "host=10.0.0.7 password=secret", "dbname=oikos", "secret secret"]
        {
            let refused = configuration(bad, None).map(drop).unwrap_err();
            assert!(matches!(refused, StoreError::Conflict(_)) && !refused.to_string().contains("secret"), "{refused}");
        }
    }

    #[test]
    fn the_address_comes_before_what_lies_beside_it() {
        let password = |address: &str, beside| configuration(address, beside).unwrap().get_password().map(<[u8]>::to_vec);
        assert_eq!(password("postgres://o@localhost/x", Some("beside")).unwrap(), b"beside");
        assert_eq!(password("postgres://o:inside@localhost/x", Some("beside")).unwrap(), b"inside");
        assert!(password("postgres://o@localhost/x", None).is_none());
        let own = configuration("host=localhost options='-c statement_timeout=5s'", None).unwrap();
        assert!(own.get_options().unwrap().ends_with("-c statement_timeout=5s"));
    }
}
