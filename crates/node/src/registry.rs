//! The node's registry: a SQLite file in its folder, or the PostgreSQL database that its settings name.

use std::path::PathBuf;

use oikos_model::{Act, Action, Actor, LegalBasis, NodeId, Purpose, Timestamp};
use oikos_registry::{CopiedTable, CopyProgress, Store};
use oikos_registry_postgres::PostgresStore;
use oikos_registry_sqlite::SqliteStore;

use crate::{NodeConfig, NodeError, NodeFolder};

/// The variable that holds the password of the registry's server.
const PASSWORD: &str = "OIKOS_REGISTRY_PASSWORD";

/// Where a registry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryAddress {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL database, as `postgres://…`.
    Server(String),
}

impl RegistryAddress {
    /// Takes an address as a person writes it: one of PostgreSQL, or the path of a file.
    pub fn of(text: &str) -> Self {
        let is_server = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        if is_server { Self::Server(text.to_owned()) } else { Self::File(text.into()) }
    }

    /// Opens it, with the password that the environment holds.
    fn open(&self) -> Result<Box<dyn Store>, NodeError> {
        self.open_with(std::env::var(PASSWORD).ok().as_deref())
    }

    fn open_with(&self, password: Option<&str>) -> Result<Box<dyn Store>, NodeError> {
        Ok(match self {
            Self::File(path) => Box::new(SqliteStore::open(path)?),
            Self::Server(address) => Box::new(PostgresStore::connect(address, password)?),
        })
    }
}

/// Opens the registry of a node. The password of a server is in the environment, or in the file of the folder's keys.
pub(crate) fn open(folder: &NodeFolder, config: &NodeConfig) -> Result<Box<dyn Store>, NodeError> {
    let Some(address) = &config.registry else { return RegistryAddress::File(folder.registry()).open_with(None) };
    let password = match std::env::var(PASSWORD) {
        Ok(password) => Some(password),
        Err(_) => kept_password(folder)?,
    };
    RegistryAddress::of(address).open_with(password.as_deref())
}

fn kept_password(folder: &NodeFolder) -> Result<Option<String>, NodeError> {
    let path = folder.registry_password();
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(NodeError::io("reading the password of the registry's server", &path, source)),
    }
}

/// Checks the setting `registry` of a node: an address of PostgreSQL on this machine, without a password in it.
pub(crate) fn check(address: &str) -> Result<(), NodeError> {
    if let RegistryAddress::File(_) = RegistryAddress::of(address) {
        return Err(NodeError::Invalid(
            "registry: write postgres://USER@localhost/DATABASE, or leave it out for the file in the node's folder".into(),
        ));
    }
    if oikos_registry_postgres::names_password(address)? {
        return Err(NodeError::Invalid(format!(
            "registry: take the password out of the address and put it into keys/registry.password or the variable {PASSWORD}"
        )));
    }
    Ok(())
}

/// Copies a whole registry into an empty one and reads it back. No node may be using either.
///
/// # Errors
/// When `from` is a file that is not there, one of them cannot be opened, the target is not empty, or what arrived differs; then nothing
/// was copied.
pub fn copy_registry(
    from: &RegistryAddress,
    to: &RegistryAddress,
    at: Timestamp,
    progress: &mut dyn FnMut(CopyProgress),
) -> Result<Vec<CopiedTable>, NodeError> {
    if let RegistryAddress::File(path) = from
        && !path.is_file()
    {
        return Err(NodeError::NotFound(format!("there is no registry {}", path.display())));
    }
    let (source, target) = (from.open()?, to.open()?);
    let act = Act {
        actor: Actor::Node(NodeId::new("registry.copy").map_err(NodeError::internal)?),
        action: Action::ReadNode,
        purpose: Purpose::new("infrastructure-protection").map_err(NodeError::internal)?,
        legal_basis: LegalBasis::new("moving a node's own registry").map_err(NodeError::internal)?,
        case: None,
        at,
    };
    Ok(oikos_registry::copy_registry(source.as_ref(), target.as_ref(), &act, progress)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_server_or_a_file() {
        assert!(matches!(RegistryAddress::of("postgres://oikos@localhost/fi"), RegistryAddress::Server(_)));
        assert_eq!(RegistryAddress::of("fi/registry.sqlite"), RegistryAddress::File("fi/registry.sqlite".into()));
    }

    #[test]
    fn settings_hold_no_password_and_lead_nowhere_unencrypted() {
        assert!(check("postgres://oikos@localhost/fi").is_ok());
        for bad in ["fi/registry.sqlite", "postgres://oikos:secret@localhost/fi", "postgres://oikos@db.example/fi"] {
            let refused = check(bad).unwrap_err().to_string();
            assert!(!refused.contains("secret"), "{refused}");
        }
    }

    #[test]
    fn a_file_is_copied_into_an_empty_one_only() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from.sqlite"), folder.path().join("to.sqlite"));
        let copy = || {
            let (from, to) = (RegistryAddress::File(from.clone()), RegistryAddress::File(to.clone()));
            copy_registry(&from, &to, Timestamp::UNIX_EPOCH, &mut |_| {})
        };
        assert!(matches!(copy(), Err(NodeError::NotFound(_))));
        assert!(!to.exists(), "nothing is made for a copy of nothing");
        drop(SqliteStore::open(&from).unwrap());
        assert!(copy().unwrap().iter().all(|table| table.rows == 0));
    }
}
