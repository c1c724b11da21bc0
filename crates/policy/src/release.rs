//! Release: may this one thing go to this one recipient, and if not, which rules refuse?

use std::collections::BTreeSet;
use std::fmt;

use oikos_model::{Act, Fact, FactValue, Label, NodeId, PersonCategory, Purpose, Regime, SelectorClass, Statement, Tlp};
use serde::{Deserialize, Serialize};

use crate::{PartnerClass, Principal};

/// What kind of thing leaves. Agreements list the kinds they cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A fact of a finding.
    Finding,
    /// A statement.
    Statement,
    /// A selector in an ask.
    Selector,
}

impl ItemKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Finding, Self::Statement, Self::Selector];

    /// The code by which agreements and policy name the kind.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Finding => "finding",
            Self::Statement => "statement",
            Self::Selector => "selector",
        }
    }
}

/// One thing that is to leave: a fact, a statement, a selector.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// What may be done with it.
    pub label: &'a Label,
    /// What it is.
    pub kind: ItemKind,
    /// How much it says about a person.
    pub class: SelectorClass,
}

impl<'a> Item<'a> {
    /// A fact of a finding. `label` holds the fact's own marking, with the finding's origin and scope.
    pub fn of_fact(fact: &Fact, label: &'a Label) -> Self {
        let class = match &fact.value {
            FactValue::Selector(selector) => selector.class(),
            FactValue::Text(_) | FactValue::Number { .. } | FactValue::Time(_) => SelectorClass::Impersonal,
        };
        Self { label, kind: ItemKind::Finding, class }
    }

    /// A statement under its label. Whatever is said about a natural person is personal.
    pub fn of_statement(statement: &Statement, label: &'a Label) -> Self {
        let class = match statement.content.person_category {
            PersonCategory::NotAPerson => SelectorClass::Impersonal,
            PersonCategory::Suspect | PersonCategory::Convicted | PersonCategory::Victim | PersonCategory::Other => {
                SelectorClass::Personal
            }
        };
        Self { label, kind: ItemKind::Statement, class }
    }
}

/// The data-protection regime that a recipient works under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecipientRegime {
    /// One of the Union's.
    Union(Regime),
    /// None of them: a third country or an international organisation.
    None,
}

impl RecipientRegime {
    /// All of them, in the order in which golden tables print them.
    pub const ALL: [Self; 4] = [Self::Union(Regime::Gdpr), Self::Union(Regime::Led), Self::Union(Regime::Eudpr), Self::None];

    /// The code by which policy names it: `GDPR`, `LED`, `EUDPR` or `none`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Union(regime) => regime.code(),
            Self::None => "none",
        }
    }
}

/// To whom it is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// What it is in law.
    pub class: PartnerClass,
    /// The regime it works under.
    pub regime: RecipientRegime,
}

/// How far an agreement goes: what two nodes signed, as far as it bounds a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ceilings {
    /// Whether both signed it and neither left it.
    pub in_force: bool,
    /// The highest traffic light that may pass.
    pub tlp: Tlp,
    /// The purposes for which the recipient may use what passes.
    pub purposes: BTreeSet<Purpose>,
    /// The kinds that may pass.
    pub kinds: BTreeSet<ItemKind>,
    /// The kinds that may pass without a person, where they are impersonal.
    pub pre_authorised: BTreeSet<ItemKind>,
    /// Whether it holds appropriate safeguards (Directive (EU) 2016/680 Art. 37(1)(a); GDPR Art. 46).
    pub safeguards: bool,
    /// Whether it names the law that authorises other uses of law-enforcement data (Directive (EU) 2016/680 Art. 9(1)).
    pub reuse_law: bool,
}

/// One thing on its way to one recipient.
#[derive(Debug, Clone, Copy)]
pub struct Passage<'a> {
    /// The act of release: its actor, purpose and time.
    pub act: &'a Act,
    /// Who releases: a person, or this node where the agreement pre-authorises.
    pub principal: &'a Principal,
    /// A second person who releases with the first. Counts only when it is another releaser.
    pub second: Option<&'a Principal>,
    /// This node.
    pub sender: &'a NodeId,
    /// What leaves.
    pub item: Item<'a>,
    /// To whom.
    pub recipient: &'a Recipient,
    /// Under which agreement.
    pub agreement: &'a Ceilings,
    /// Whether the provider or originator permitted in a signed record that this item goes on to this recipient.
    pub provider_permits: bool,
    /// Whether a derogation for this one transfer is recorded (Directive (EU) 2016/680 Art. 38; GDPR Art. 49).
    pub derogation: bool,
}

impl Passage<'_> {
    /// How many different named persons with the role release it.
    pub(crate) fn releaser_count(&self) -> u8 {
        let first = self.principal.releaser_name();
        let second = self.second.and_then(Principal::releaser_name).filter(|name| Some(*name) != first);
        u8::from(first.is_some()) + u8::from(first.is_some() && second.is_some())
    }
}

/// A rule that keeps a thing from leaving.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Refusal {
    /// The rule's id, for example `tlp-above-ceiling`.
    pub rule: String,
    /// Why, in words, with the law where the rule names one.
    pub text: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.text, self.rule)
    }
}
