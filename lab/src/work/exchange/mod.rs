//! The exchange between nodes: how long and how much it takes to bring findings to a partner, to take one back, and until one is seen.

mod relay;
mod station;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use oikos_exchange_transport::{Client, Limits};
use tokio::task::JoinSet;

use super::Found;
use crate::Failure;
use relay::Relay;
use station::{Office, Station};

/// How many findings one parcel brings.
const FINDINGS_PER_PARCEL: usize = 1_000;
/// How many samples are on the slow link at once. They wait, they do not work.
const SAMPLES_AT_ONCE: usize = 10;

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

/// Whole microseconds since a moment.
fn microseconds_since(start: Instant) -> i64 {
    i64::try_from(start.elapsed().as_micros()).unwrap_or(i64::MAX)
}

/// Brings so many findings from one node to another over loopback, parcel by parcel, each with its journal entry, receipt and commit.
pub(super) fn sync(folder: &Path, findings: usize) -> Result<Found, Failure> {
    runtime()?.block_on(async {
        let partner = Station::new(&folder.join("at"), "at.fdi")?;
        let office = Office::new(&folder.join("fi"), "fi.coast-guard", &[&partner])?;
        let address = partner.listen(&office).await?;
        let client = Client::new(Arc::clone(&office.identity), Limits::default());
        let start = Instant::now();
        let mut connection = client.connect(&office.card_at(0, address)).await?;
        for first in (0..findings).step_by(FINDINGS_PER_PARCEL) {
            let parcel = office.release(0, first..findings.min(first + FINDINGS_PER_PARCEL))?;
            let receipt = connection.deliver(parcel.bytes).await?;
            office.acknowledge(0, parcel.id, &receipt)?;
        }
        let elapsed = microseconds_since(start);
        let arrived = partner.count_findings()?;
        Ok(Found::facts([("arrived", i64::try_from(arrived)?), ("elapsed_us", elapsed)]))
    })
}

/// Takes one finding back at so many partners: from the act to the last receipt.
pub(super) fn recall(folder: &Path, partners: usize) -> Result<Found, Failure> {
    runtime()?.block_on(async {
        let stations: Vec<Station> = (0..partners)
            .map(|number| Station::new(&folder.join(format!("partner{number}")), &format!("partner.n{number}")))
            .collect::<Result<_, _>>()?;
        let office = Arc::new(Office::new(&folder.join("fi"), "fi.coast-guard", &stations.iter().collect::<Vec<_>>())?);
        let mut addresses = Vec::new();
        for station in &stations {
            addresses.push(station.listen(&office).await?);
        }
        for number in 0..partners {
            office.release(number, 0..1)?;
        }
        deliver_to_all(&office, &addresses).await?;
        let start = Instant::now();
        office.recall(0)?;
        let parcels = deliver_to_all(&office, &addresses).await?;
        let elapsed = microseconds_since(start);
        let mut recalled = 0;
        for station in &stations {
            recalled += station.count_recalled()?;
        }
        let facts =
            [("parcels", parcels), ("elapsed_us", elapsed), ("recalled", recalled), ("unacknowledged", office.unacknowledged()?)];
        Ok(Found::facts(facts))
    })
}

/// Delivers everything that waits, to all partners at once, each over a link of its own.
async fn deliver_to_all(office: &Arc<Office>, addresses: &[std::net::SocketAddr]) -> Result<i64, Failure> {
    let mut tasks = JoinSet::new();
    for (number, address) in addresses.iter().copied().enumerate() {
        let office = Arc::clone(office);
        tasks.spawn(async move {
            let delivered = async {
                let client = Client::new(Arc::clone(&office.identity), Limits::default());
                let mut connection = client.connect(&office.card_at(number, address)).await?;
                let waiting = office.waiting(number)?;
                let count = waiting.len();
                for parcel in waiting {
                    let receipt = connection.deliver(parcel.bytes).await?;
                    office.acknowledge(number, parcel.id, &receipt)?;
                }
                Ok::<usize, Failure>(count)
            };
            // A failure travels as text: it must be able to change threads.
            delivered.await.map_err(|failure| failure.to_string())
        });
    }
    let mut parcels = 0;
    while let Some(done) = tasks.join_next().await {
        parcels += i64::try_from(done??)?;
    }
    Ok(parcels)
}

/// From the moment a finding is stored and released until a reader at the partner sees it, sample by sample; each over a new link.
pub(super) fn visible(folder: &Path, samples: usize, far: bool) -> Result<Found, Failure> {
    runtime()?.block_on(async {
        let partner = Station::new(&folder.join("at"), "at.fdi")?;
        let office = Arc::new(Office::new(&folder.join("fi"), "fi.coast-guard", &[&partner])?);
        let server = partner.listen(&office).await?;
        let partner = Arc::new(partner);
        let mut times = Vec::new();
        let mut stalls = 0;
        let at_once = if far { SAMPLES_AT_ONCE } else { 1 };
        for first in (0..samples).step_by(at_once) {
            let mut tasks = JoinSet::new();
            for sample in first..samples.min(first + at_once) {
                let (office, partner) = (Arc::clone(&office), Arc::clone(&partner));
                tasks.spawn(async move {
                    let seen = one_sample(&office, &partner, server, sample, far).await;
                    seen.map_err(|failure| failure.to_string())
                });
            }
            while let Some(done) = tasks.join_next().await {
                let (time, stalled) = done??;
                times.push(time);
                stalls += stalled;
            }
        }
        times.sort_unstable();
        let at = |share: f64| times.get(((times.len() as f64 * share).ceil() as usize).saturating_sub(1)).copied().unwrap_or(0);
        let facts = [
            ("samples", i64::try_from(times.len())?),
            ("p50_us", at(0.50)),
            ("p99_us", at(0.99)),
            ("longest_us", at(1.0)),
            ("stalls", stalls),
        ];
        Ok(Found::facts(facts))
    })
}

async fn one_sample(
    office: &Office,
    partner: &Station,
    server: std::net::SocketAddr,
    sample: usize,
    far: bool,
) -> Result<(i64, i64), Failure> {
    let relay = if far { Some(Relay::start(server, sample as u64 + 1).await?) } else { None };
    let address = relay.as_ref().map_or(server, Relay::address);
    let start = Instant::now();
    if let Some(relay) = &relay {
        relay.connect_delay().await; // the three-way handshake, which a relay in user space cannot delay by itself
    }
    let key = office.store_finding(sample)?;
    let parcel = office.release(0, sample..sample + 1)?;
    let client = Client::new(Arc::clone(&office.identity), Limits::default());
    let mut connection = client.connect(&office.card_at(0, address)).await?;
    let receipt = connection.deliver(parcel.bytes).await?;
    office.acknowledge(0, parcel.id, &receipt)?;
    if !partner.sees(key)? {
        return Err("the partner gave a receipt, but does not see the finding".into());
    }
    Ok((microseconds_since(start), relay.map_or(0, |relay| relay.stalls())))
}
