//! How good a piece of information is (Europol's 4x4 system, Reg. (EU) 2016/794 Art. 29), whom it is about, and whether it is
//! fact or assessment (Directive (EU) 2016/680 Art. 6 and 7). These stay with each statement and are never joined into one number.

use serde::{Deserialize, Serialize};

/// Reliability of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SourceGrade {
    /// Always reliable.
    A,
    /// Mostly reliable.
    B,
    /// Mostly unreliable.
    C,
    /// Cannot be assessed.
    X,
}

/// Reliability of the information.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum InformationGrade {
    /// Accuracy is not in doubt.
    #[serde(rename = "1")]
    One,
    /// Known to the source, not to the reporting official.
    #[serde(rename = "2")]
    Two,
    /// Not known to the source, but corroborated.
    #[serde(rename = "3")]
    Three,
    /// Neither known nor corroborated.
    #[serde(rename = "4")]
    Four,
}

/// Source and information graded apart. Unassessed is X4, which is the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Evaluation {
    /// Grade of the source.
    pub source: SourceGrade,
    /// Grade of the information.
    pub information: InformationGrade,
}

impl Default for Evaluation {
    fn default() -> Self {
        Self { source: SourceGrade::X, information: InformationGrade::Four }
    }
}

impl std::fmt::Display for Evaluation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let information = match self.information {
            InformationGrade::One => '1',
            InformationGrade::Two => '2',
            InformationGrade::Three => '3',
            InformationGrade::Four => '4',
        };
        write!(f, "{:?}{information}", self.source)
    }
}

/// Whom a statement is about, where it is about a natural person (Directive (EU) 2016/680 Art. 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonCategory {
    /// Not about a natural person.
    NotAPerson,
    /// Suspected of a criminal offence.
    Suspect,
    /// Convicted of a criminal offence.
    Convicted,
    /// Victim, or may be one.
    Victim,
    /// Anyone else: witness, contact, an owner in a public register.
    Other,
}

/// Whether a statement reports a fact or somebody's assessment (Directive (EU) 2016/680 Art. 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assessment {
    /// Stated as a fact by its source.
    Fact,
    /// A personal assessment.
    Assessment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unassessed_is_x4() {
        assert_eq!(Evaluation::default().to_string(), "X4");
    }
}
