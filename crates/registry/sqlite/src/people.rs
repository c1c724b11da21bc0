//! Accounts and sessions.

use oikos_model::{Timestamp, UserName};
use oikos_registry::{People, SessionRow, StoreError, UserRow};
use rusqlite::params;

use crate::columns::{Columns, json, microseconds};
use crate::transaction::SqliteTransaction;

const ACCOUNT: &str = "name, display_name, roles, password_hash, disabled";

impl People for SqliteTransaction<'_> {
    fn put_user(&mut self, user: &UserRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO account ({ACCOUNT}) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO UPDATE SET \
             display_name = excluded.display_name, roles = excluded.roles, password_hash = excluded.password_hash, \
             disabled = excluded.disabled"
        );
        let row = params![user.name.as_str(), user.display_name, json(&user.roles)?, user.password_hash, user.disabled];
        self.execute("putting an account", &sql, row).map(drop)
    }

    fn user(&self, name: &UserName) -> Result<Option<UserRow>, StoreError> {
        self.read_one("account", &format!("SELECT {ACCOUNT} FROM account WHERE name = ?1"), [name.as_str()], read_user)
    }

    fn users(&self) -> Result<Vec<UserRow>, StoreError> {
        self.read_all("account", &format!("SELECT {ACCOUNT} FROM account ORDER BY name"), [], read_user)
    }

    fn put_session(&mut self, session: &SessionRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO session (token_hash, account, expires_at) VALUES (?1, ?2, ?3)";
        let row = params![session.token_hash, session.user.as_str(), microseconds(session.expires_at)];
        self.execute("opening a session", sql, row).map(drop)
    }

    fn session(&self, token_hash: &[u8; 32]) -> Result<Option<SessionRow>, StoreError> {
        let sql = "SELECT account, expires_at FROM session WHERE token_hash = ?1";
        self.read_one("session", sql, [token_hash], |columns| {
            Ok(SessionRow { token_hash: *token_hash, user: columns.identifier(0)?, expires_at: columns.timestamp(1)? })
        })
    }

    fn end_session(&mut self, token_hash: &[u8; 32]) -> Result<(), StoreError> {
        self.execute("ending a session", "DELETE FROM session WHERE token_hash = ?1", [token_hash]).map(drop)
    }

    fn erase_expired_sessions(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        self.execute("ending sessions", "DELETE FROM session WHERE expires_at <= ?1", [microseconds(now)])
    }
}

fn read_user(columns: &Columns<'_>) -> Result<UserRow, StoreError> {
    Ok(UserRow {
        name: columns.identifier(0)?,
        display_name: columns.value(1)?,
        roles: columns.json(2)?,
        password_hash: columns.value(3)?,
        disabled: columns.flag(4)?,
    })
}
