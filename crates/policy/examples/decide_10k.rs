//! Measures what it costs to ask policy about ten thousand distinct labels, as a list or a search would.
//! `cargo run -p oikos-policy --example decide_10k`

use std::collections::BTreeSet;
use std::time::Instant;

use oikos_model::{
    Act, Action, Actor, Label, LabelId, LegalBasis, Marking, NodeId, Purpose, Regime, Scope, Timestamp, Tlp, UserName,
};
use oikos_policy::{Policy, Principal, Role};

const LABELS: i64 = 10_000;

#[expect(clippy::print_stdout, reason = "a measurement is printed")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    let policy = Policy::load()?;
    println!("loading and validating the rules: {:.1} ms", started.elapsed().as_secs_f64() * 1e3);

    let purposes = ["fdi-screening", "infrastructure-protection"].map(Purpose::new).into_iter().collect::<Result<Vec<_>, _>>()?;
    let origin = NodeId::new("at.investment-screening")?;
    let mut labels: Vec<(LabelId, Label)> = Vec::new();
    for number in 0..LABELS {
        let tlp = Tlp::ALL[number as usize % Tlp::ALL.len()];
        let mut marking = Marking::new(Regime::Gdpr, tlp, purposes[..1 + number as usize % 2].iter().cloned());
        marking.expires = Some(Timestamp::from_second(1_000_000 + number)?);
        let label = Label { marking, origin: origin.clone(), scope: Scope::Node };
        labels.push((label.id(), label));
    }
    let name = UserName::new("anna")?;
    let act = Act {
        actor: Actor::Person(name.clone()),
        action: Action::ReadFindings,
        purpose: Purpose::new("infrastructure-protection")?,
        legal_basis: LegalBasis::new("Dir. (EU) 2022/2557 Art. 9")?,
        case: None,
        at: Timestamp::from_second(1_002_000)?,
    };
    let principal = Principal::Person { name, roles: [Role::Analyst].into(), desks: BTreeSet::new() };

    let started = Instant::now();
    let permitted = policy.permitted_labels(&principal, &act, &labels);
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{LABELS} labels: {:.0} ms, {:.1} µs per decision, {} permitted",
        seconds * 1e3,
        seconds * 1e6 / LABELS as f64,
        permitted.len()
    );
    Ok(())
}
