//! SQLite keeps the registry's contract.

use oikos_registry_sqlite::SqliteStore;

oikos_registry::store_contract!(SqliteStore::in_memory().unwrap());
