//! PostgreSQL keeps the registry's contract. The server is a real one, started here; where it cannot be, this is said and nothing
//! is tested.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on fails, and says so when it is skipped")]

mod server;

oikos_registry::store_contract!(match server::fresh_store() {
    Some(store) => store,
    None => return,
});
