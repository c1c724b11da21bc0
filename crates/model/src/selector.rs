//! Selectors: normalised, typed identifiers by which two desks or two nodes can see that they look at the same thing.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much a selector says about a person. Linkable counts as personal data until shown otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelectorClass {
    /// Names a thing or a legal entity: an IMO number, an LEI, a malware hash.
    Impersonal,
    /// Can lead to a person: an IBAN, a wallet, an IP address, a phone number, a drone operator id, an address.
    Linkable,
    /// Names a person: a name with a birth date, a document number.
    Personal,
}

macro_rules! selector_kinds {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $class:ident;)+) => {
        /// The kinds of selector the house knows. The kind decides the class.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum SelectorKind {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)+
        }

        impl SelectorKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code by which tables, parcels and the API name the kind.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The class: what an agreement may pre-authorise and what must be bound to a case.
            pub const fn class(self) -> SelectorClass {
                match self { $(Self::$variant => SelectorClass::$class,)+ }
            }

            /// The kind with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.code() == code)
            }
        }
    };
}

selector_kinds! {
    /// IMO ship number, seven digits with a check digit (IMO Res. A.1117(30)).
    Imo = "imo", Impersonal;
    /// Maritime Mobile Service Identity, nine digits (ITU-R M.585). A ship's radio changes hands with its flag.
    Mmsi = "mmsi", Impersonal;
    /// Legal Entity Identifier, twenty characters with check digits (ISO 17442).
    Lei = "lei", Impersonal;
    /// Registration number of a legal entity with its register, `scheme:number` (org-id.guide scheme codes).
    CompanyNumber = "company-number", Impersonal;
    /// Critical asset by its public code, for example a cable or a port.
    Asset = "asset", Impersonal;
    /// Harmonised System or Combined Nomenclature code.
    CommodityCode = "commodity-code", Impersonal;
    /// Serial number or batch of a device.
    SerialBatch = "serial-batch", Impersonal;
    /// SHA-256 of a file.
    FileHash = "file-hash", Impersonal;
    /// Internet domain name.
    Domain = "domain", Linkable;
    /// IP address.
    IpAddress = "ip-address", Linkable;
    /// International Bank Account Number (ISO 13616).
    Iban = "iban", Linkable;
    /// Crypto-asset wallet address.
    Wallet = "wallet", Linkable;
    /// Telephone number (E.164).
    Phone = "phone", Linkable;
    /// E-mail address, in small letters.
    Email = "email", Linkable;
    /// Fingerprint of an OpenPGP key, large hexadecimal digits (RFC 9580).
    PgpFingerprint = "pgp-fingerprint", Linkable;
    /// Account handle on an online platform, `platform:handle`.
    Handle = "handle", Linkable;
    /// Drone operator registration (EN 4709-002).
    DroneOperator = "drone-operator", Linkable;
    /// Normalised name with birth date.
    PersonName = "person-name", Personal;
    /// Travel or identity document number.
    DocumentNumber = "document-number", Personal;
}

/// A normalised identifier with its kind. Normalising is `matching`'s work; this type only carries the result.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Selector {
    /// The kind, which decides the class.
    pub kind: SelectorKind,
    /// The normalised value.
    pub value: String,
}

impl Selector {
    /// The class of the selector's kind.
    pub const fn class(&self) -> SelectorClass {
        self.kind.class()
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.code(), self.value)
    }
}
