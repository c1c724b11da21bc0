//! Making a node: folder, settings, keys, the registry's schema and the local operator's account.

use std::sync::Arc;

use oikos_exchange::{NodeDescription, NodeIdentity, PartnerClass};
use oikos_model::{Act, Action, Actor, Clock, UserName};
use oikos_registry::{Transaction, UserRow};

use crate::{NodeConfig, NodeError, NodeFolder, keys};

/// The account of whoever owns the folder. It signs in by the token in the folder, never by a password, and can never release.
pub const OPERATOR: &str = "operator";

/// Makes a node's folder.
///
/// # Errors
/// When the folder already holds a node, or cannot be written. What was made before an error is left for inspection: nothing is overwritten.
pub fn init(folder: &NodeFolder, config: &NodeConfig, clock: &Arc<dyn Clock>) -> Result<(), NodeError> {
    if folder.settings().exists() {
        return Err(NodeError::Conflict(format!("{} already holds a node", folder.root().display())));
    }
    config.check()?;
    folder.create()?;
    let _lock = folder.own()?;
    keys::create(folder)?;
    let description = NodeDescription {
        node: config.id.clone(),
        display_name: config.display_name.clone(),
        country: config.country.clone(),
        regime: config.regime,
        partner_class: class_of(&config.country),
        address: config.exchange_listen.clone(),
    };
    let identity = NodeIdentity::generate(description, clock.now()).map_err(|error| NodeError::Invalid(error.to_string()))?;
    identity.save(&folder.keys()).map_err(NodeError::internal)?;
    let store = crate::registry::open(folder, config)?;
    let act = Act {
        actor: Actor::Node(config.id.clone()),
        action: Action::ManageUsers,
        purpose: config.default_purpose.clone(),
        legal_basis: config.default_legal_basis.clone(),
        case: None,
        at: clock.now(),
    };
    let mut tx = store.begin(&act)?;
    add_operator(tx.as_mut(), act)?;
    tx.commit()?;
    // Last, so that a folder with settings is a whole node.
    config.write_new(&folder.settings())
}

fn add_operator(tx: &mut dyn Transaction, act: Act) -> Result<(), NodeError> {
    let name = UserName::new(OPERATOR).map_err(NodeError::internal)?;
    let desks = oikos_desks::DESKS.iter().map(|desk| format!("desk:{}", desk.name));
    let roles: Vec<String> = std::iter::once(OPERATOR.to_owned()).chain(desks).collect();
    tx.put_user(&UserRow {
        name,
        display_name: "Local operator".into(),
        roles: roles.clone(),
        password_hash: None,
        disabled: false,
    })?;
    let entry = oikos_journal::Entry {
        act,
        outcome: oikos_journal::Outcome::Allowed,
        subjects: vec![format!("user:{OPERATOR}")],
        recipient: None,
        detail: serde_json::json!({ "roles": roles }),
    };
    oikos_journal::record(tx, &entry).map_err(NodeError::internal)?;
    Ok(())
}

/// The Member States (TEU Art. 52), and `EL`, which the Union's own texts write for Greece.
const MEMBER_STATES: [&str; 28] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT",
    "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// What a node of this country is to others. Every country that is no Member State counts as a third country, the other states of the
/// European Economic Area too: the transfer table says what may go there.
fn class_of(country: &str) -> PartnerClass {
    match country {
        "EU" => PartnerClass::UnionBody,
        _ if MEMBER_STATES.contains(&country) => PartnerClass::MemberState,
        _ => PartnerClass::ThirdCountry,
    }
}
