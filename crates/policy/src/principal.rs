//! Who asks: a person with roles, this node, or a partner of some class.

use std::collections::BTreeSet;

use oikos_model::{Actor, NodeId, UserName};
use serde::{Deserialize, Serialize};

/// A role or class code that policy does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code:?} is not a {what}; expected one of {expected}")]
pub struct UnknownCode {
    what: &'static str,
    code: String,
    expected: String,
}

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident, $what:literal; $($(#[$variant_doc:meta])* $variant:ident = $code:literal;)+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// All of them, in the order in which golden tables print them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code by which policy, accounts and agreements name it.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownCode;

            fn from_str(code: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|known| known.code() == code).ok_or_else(|| UnknownCode {
                    what: $what,
                    code: code.chars().take(80).collect(),
                    expected: Self::ALL.iter().map(|known| known.code()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

codes! {
    /// What a person is at the node. A person may have several roles.
    Role, "role";
    /// Works on findings and their records.
    Analyst = "analyst";
    /// An analyst who may also take back what was released.
    Supervisor = "supervisor";
    /// Releases findings and statements to partners, in their own name.
    Releaser = "releaser";
    /// Answers for data protection: reads the journal, erases on request.
    DataProtectionOfficer = "data-protection-officer";
    /// Reads the journal.
    Auditor = "auditor";
    /// Keeps accounts and partners; sees no case data.
    Administrator = "administrator";
    /// Sees counts with small cells hidden, and nothing that they count.
    Policymaker = "policymaker";
    /// The local operating-system user who owns the node's folder: sets it up and works like an analyst, but never releases.
    Operator = "operator";
}

codes! {
    /// What a partner is in law, which decides what a release to it demands.
    PartnerClass, "partner class";
    /// An authority of a Member State.
    MemberState = "member-state";
    /// A Union institution, body, office or agency.
    EuBody = "eu-body";
    /// Outside the Union, under an adequacy decision (Directive (EU) 2016/680 Art. 36, GDPR Art. 45).
    ThirdCountryAdequate = "third-country-adequate";
    /// Outside the Union, with appropriate safeguards (Art. 37; GDPR Art. 46).
    ThirdCountrySafeguards = "third-country-safeguards";
    /// Outside the Union, with neither: one transfer at a time by derogation (Art. 38; GDPR Art. 49).
    ThirdCountryDerogation = "third-country-derogation";
    /// An international organisation, with appropriate safeguards.
    InternationalOrganisation = "international-organisation";
    /// A private operator of critical infrastructure.
    Operator = "operator";
}

/// Who asks, with what policy needs to know of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A person signed in at this node.
    Person {
        /// The account.
        name: UserName,
        /// Roles.
        roles: BTreeSet<Role>,
        /// Desks of which the person is a member: only they see what is scoped to a desk.
        desks: BTreeSet<String>,
    },
    /// This node by itself.
    Node(NodeId),
    /// Another node over an authenticated link.
    Partner {
        /// The node.
        node: NodeId,
        /// What it is in law, as the agreement says.
        class: PartnerClass,
    },
}

impl Principal {
    /// A person from an account's codes: roles, and `desk:<name>` for each desk of which the person is a member.
    ///
    /// # Errors
    /// When a code is neither.
    pub fn person<'a>(name: UserName, codes: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownCode> {
        let (mut roles, mut desks) = (BTreeSet::new(), BTreeSet::new());
        for code in codes {
            match code.strip_prefix("desk:") {
                Some(desk) => _ = desks.insert(desk.to_owned()),
                None => _ = roles.insert(code.parse()?),
            }
        }
        Ok(Self::Person { name, roles, desks })
    }

    /// Whether this is who the act says acts.
    pub fn is(&self, actor: &Actor) -> bool {
        match (self, actor) {
            (Self::Person { name, .. }, Actor::Person(actor)) => name == actor,
            (Self::Node(node), Actor::Node(actor)) | (Self::Partner { node, .. }, Actor::Partner(actor)) => node == actor,
            _ => false,
        }
    }

    /// The name under which this person can release, where it is one who may.
    pub(crate) fn releaser_name(&self) -> Option<&UserName> {
        match self {
            Self::Person { name, roles, .. } if roles.contains(&Role::Releaser) => Some(name),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_accounts_become_roles_and_desks() {
        let name = UserName::new("anna").unwrap();
        let person = Principal::person(name.clone(), ["analyst", "desk:sea"]).unwrap();
        assert_eq!(
            person,
            Principal::Person { name: name.clone(), roles: [Role::Analyst].into(), desks: ["sea".to_owned()].into() }
        );
        let error = Principal::person(name, ["root"]).unwrap_err().to_string();
        assert!(error.contains("\"root\" is not a role") && error.contains("analyst"), "{error}");
    }
}
