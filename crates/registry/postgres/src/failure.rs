//! What the driver's errors mean to the registry.

use std::error::Error as _;

use oikos_registry::StoreError;
use postgres::Error;
use postgres::error::SqlState;

/// The driver's error as the registry's.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
pub(crate) fn failed(doing: &'static str, source: Error) -> StoreError {
    if is_lost(&source) {
        return StoreError::Unreachable { doing, source: with_cause(&source).into() };
    }
    match source.code() {
        Some(code) if *code == SqlState::QUERY_CANCELED || *code == SqlState::LOCK_NOT_AVAILABLE => {
            StoreError::TookTooLong { doing, source: with_cause(&source).into() }
        }
        _ => StoreError::database(doing, with_cause(&source)),
    }
}

/// Whether there is no connection any more, or never was.
pub(crate) fn is_lost(error: &Error) -> bool {
    let by_code = error.code().is_some_and(|code| {
        let ended =
            [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW, SqlState::TOO_MANY_CONNECTIONS];
        // Class 08 is "connection exception" (PostgreSQL manual, appendix A).
        code.code().starts_with("08") || ended.contains(code)
    });
    by_code || error.is_closed() || error.source().is_some_and(|source| source.is::<std::io::Error>())
}

/// The driver's message says where something went wrong; its cause says what.
fn with_cause(error: &Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(server), _) => format!("{} ({})", server.message(), server.code().code()),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}
