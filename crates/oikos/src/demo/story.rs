//! The story, day by day: files arrive, detectors run, people release.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use oikos_model::{FindingKey, Timestamp};
use oikos_node::{
    CompanyName, Delivery, DetectRequest, FindingFilter, FindingName, FindingPage, FindingSummary, ImportRequest, Node,
    ReleaseRequest,
};
use oikos_scenario::GroundTruth;

use super::stage::{Authority, days_from};
use super::{Narrator, Stage};
use crate::failure::Failure;

/// Releasers answer after so many hours.
const ANSWER_HOURS: i64 = 4;
/// FI's releaser releases every finding that names a cable's corridor, whatever its score: the decoys are not spared by hand.
const RELEASED_WITH_FACT: &str = "corridor";

/// Lives through the story to its end.
pub(crate) async fn live_through(
    stage: &Arc<Stage>,
    raw: &Path,
    truth: &GroundTruth,
    narrator: &Narrator,
) -> Result<(), Failure> {
    let story = Story { stage: Arc::clone(stage), raw, truth, narrator };
    story.at_imports("at/register.json", None, -125).await?;
    story.at_imports("at/notified_deals.json", Some("ownership.notified-deals"), -119).await?;
    story.at_detects().await?;
    for file in ["fi/vessel_register.csv", "fi/corridors.geojson"] {
        import(&stage.fi, &raw.join(file), None).await?;
    }
    story.fi_watches_the_sea().await?;
    story.at_answers().await
}

struct Story<'a> {
    stage: Arc<Stage>,
    raw: &'a Path,
    truth: &'a GroundTruth,
    narrator: &'a Narrator,
}

impl Story<'_> {
    async fn at_imports(&self, file: &str, dataset: Option<&str>, day: i64) -> Result<(), Failure> {
        let at = days_from(self.truth.day_zero, day)?;
        self.stage.advance_to(at);
        let report = import(&self.stage.at, &self.raw.join(file), dataset).await?;
        let news =
            format!("AT imports {file}: {} records, {} statements into {}", report.records, report.statements, report.dataset);
        self.tell(at, &news);
        Ok(())
    }

    /// A run answers for a day only once its late rows can have come.
    async fn at_detects(&self) -> Result<(), Failure> {
        self.stage.advance_to(days_from(self.truth.day_zero, -117)?);
        let new = detect(&self.stage.at).await?;
        let page = findings(&self.stage.at, false).await?;
        self.tell(self.now(), &format!("AT: {new} findings of stakes just below a screening step"));
        for line in page.iter().filter(|line| line.title.contains("24.9")) {
            self.tell(self.now(), &format!("    {:+.1} bits  {}  [{}]", line.score_bits, line.title, line.tlp));
        }
        Ok(())
    }

    /// Each day's file is imported the morning after; detectors run; what is new is released four hours later.
    async fn fi_watches_the_sea(&self) -> Result<(), Failure> {
        let days: Vec<_> = self.truth.files.iter().filter(|file| file.format == "ais-nmea").collect();
        let bar = self.narrator.bar("the sea", days.len() as u64);
        let mut seen = BTreeSet::new();
        for file in days {
            let morning = morning_after(&file.path)?;
            self.stage.advance_to(morning);
            import(&self.stage.fi, &self.raw.join(&file.path), None).await?;
            detect(&self.stage.fi).await?;
            bar.inc(1);
            let new = self.worth_releasing(&mut seen).await?;
            if !new.is_empty() {
                bar.suspend(|| {
                    new.iter()
                        .for_each(|line| self.tell(morning, &format!("FI finds: {:+.1} bits  {}", line.score_bits, line.title)))
                });
                bar.suspend(|| self.tell(morning, &format!("FI: {} findings go to the releaser", new.len())));
                self.stage.advance_to(hours_after(morning, ANSWER_HOURS)?);
                self.fi_releases(&new).await?;
            }
        }
        bar.finish_and_clear();
        Ok(())
    }

    async fn worth_releasing(&self, seen: &mut BTreeSet<String>) -> Result<Vec<FindingSummary>, Failure> {
        let mut new = Vec::new();
        for line in findings(&self.stage.fi, false).await? {
            if seen.insert(line.key.clone()) && self.names_a_corridor(&line).await? {
                new.push(line);
            }
        }
        Ok(new)
    }

    async fn names_a_corridor(&self, line: &FindingSummary) -> Result<bool, Failure> {
        let analyst = self.stage.fi.analyst()?;
        let (origin, key) = (self.stage.fi.id().clone(), key_of(line)?);
        let view = on(&self.stage.fi, move |node| node.show_finding(&analyst, &origin, key)).await?;
        Ok(view.finding.fact(RELEASED_WITH_FACT).is_some())
    }

    async fn fi_releases(&self, lines: &[FindingSummary]) -> Result<(), Failure> {
        let releaser = self.stage.fi.releaser("fdi-screening")?;
        for line in lines {
            let key = key_of(line)?;
            let request = ReleaseRequest {
                partner: self.stage.at.id().clone(),
                finding: Some(FindingName { origin: None, key }),
                fields: None,
                register_around: None,
                derogation: None,
            };
            let releaser = releaser.clone();
            on(&self.stage.fi, move |node| node.release(&releaser, &request)).await?;
        }
        deliver(&self.stage.fi).await?;
        self.tell(self.now(), &format!("FI: Anna Virtanen releases {} findings to AT", lines.len()));
        Ok(())
    }

    /// AT looks at its lead and answers with what the public register says; the deal itself stays.
    async fn at_answers(&self) -> Result<(), Failure> {
        let now = hours_after(self.now(), ANSWER_HOURS)?;
        self.stage.advance_to(now);
        let analyst = self.stage.at.analyst()?;
        let leads = on(&self.stage.at, move |node| node.list_leads(&analyst)).await?;
        self.tell(now, &format!("AT: {} lead(s) that neither authority could see alone", leads.len()));
        let owner = self.petrel_owner()?;
        let releaser = self.stage.at.releaser("infrastructure-protection")?;
        let request = ReleaseRequest {
            partner: self.stage.fi.id().clone(),
            finding: None,
            fields: None,
            register_around: Some(CompanyName { kind: "lei".into(), value: owner }),
            derogation: None,
        };
        let view = on(&self.stage.at, move |node| node.release(&releaser, &request)).await?;
        deliver(&self.stage.at).await?;
        let news = format!(
            "AT: Eva Huber releases {} statements of the public register to FI, and no word of the deal",
            view.leaves.len()
        );
        self.tell(now, &news);
        Ok(())
    }

    fn petrel_owner(&self) -> Result<String, Failure> {
        let vessel = self.truth.event(5).and_then(|event| event.vessel.as_ref());
        vessel.map(|vessel| vessel.owner.lei.clone()).ok_or_else(|| Failure::new("the scenario has no event 5"))
    }

    fn now(&self) -> Timestamp {
        self.stage.at.now()
    }

    fn tell(&self, at: Timestamp, text: &str) {
        self.narrator.on(self.truth.day_zero, at, text);
    }
}

async fn import(authority: &Authority, path: &Path, dataset: Option<&str>) -> Result<oikos_node::ImportReport, Failure> {
    let operator = authority.operator()?;
    let dataset = dataset.map(oikos_model::DatasetId::new).transpose().map_err(|error| Failure::new(error.to_string()))?;
    let request = ImportRequest { path: path.to_owned(), dataset, format: None };
    on(authority, move |node| node.import(&operator, &request, &mut |_, _| {})).await
}

/// Runs every detector, joins, and gives how many findings are new.
async fn detect(authority: &Authority) -> Result<u64, Failure> {
    let operator = authority.operator()?;
    on(authority, move |node| {
        let reports = node.detect(&operator, &DetectRequest::default(), &mut |_, _| {})?;
        node.recompute_picture(&node.itself())?;
        Ok(reports.iter().map(|report| report.new).sum())
    })
    .await
}

/// The strongest findings of the authority's inbox.
pub(crate) async fn findings(authority: &Authority, received: bool) -> Result<Vec<FindingSummary>, Failure> {
    Ok(inbox(authority, received).await?.findings)
}

/// The first page of the authority's inbox as its analyst sees it.
pub(crate) async fn inbox(authority: &Authority, received: bool) -> Result<FindingPage, Failure> {
    let analyst = authority.analyst()?;
    let filter = FindingFilter { received: Some(received), limit: Some(500), ..FindingFilter::default() };
    on(authority, move |node| node.list_findings(&analyst, &filter)).await
}

/// Delivers what was released; every parcel must arrive.
async fn deliver(authority: &Authority) -> Result<(), Failure> {
    for line in authority.linked.deliver().await? {
        if let Some(problem) = line.problem {
            return Err(Failure::new(format!("{} did not get its parcel: {problem}", line.partner)));
        }
    }
    Ok(())
}

/// Does a node's work on a thread that may block.
pub(crate) async fn on<T: Send + 'static>(
    authority: &Authority,
    work: impl FnOnce(&Node) -> Result<T, oikos_node::NodeError> + Send + 'static,
) -> Result<T, Failure> {
    let node = Arc::clone(authority.linked.node());
    Ok(tokio::task::spawn_blocking(move || work(&node)).await.map_err(|error| Failure::new(error.to_string()))??)
}

pub(crate) fn key_of(line: &FindingSummary) -> Result<FindingKey, Failure> {
    line.key.parse().map_err(|error: oikos_model::IdentifierError| Failure::new(error.to_string()))
}

/// Six in the morning after the day in a file's name, `fi/ais/<date>.nmea`.
fn morning_after(path: &str) -> Result<Timestamp, Failure> {
    let day = Path::new(path).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let midnight: Timestamp =
        format!("{day}T00:00:00Z").parse().map_err(|error| Failure::new(format!("{path} is not named by its day: {error}")))?;
    hours_after(midnight, 30)
}

fn hours_after(at: Timestamp, hours: i64) -> Result<Timestamp, Failure> {
    Timestamp::from_second(at.as_second() + hours * 3600).map_err(|error| Failure::new(error.to_string()))
}
