//! The story, day by day: files arrive, detectors run, people release.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use indicatif::ProgressBar;
use oikos_exchange::{AnswerOutcome, ClockRegime, Urgency};
use oikos_model::{FindingKey, NodeId, Timestamp};
use oikos_node::{
    AskLine, AskReport, AskRequest, CompanyName, Delivery, DetectRequest, Direction, FindingFilter, FindingName, FindingPage,
    FindingSummary, ImportRequest, Node, ReceivedPage, ReleasePage, ReleaseRequest, RequestDecision, RequestDraft, RequestFilter,
    RequestLine, RequestState, SelectorName,
};

use oikos_scenario::GroundTruth;

use super::stage::{Authority, days_from};
use super::verdict::path_seen;
use super::{Narrator, Stage};
use crate::failure::Failure;

/// Releasers answer after so many hours.
const ANSWER_HOURS: i64 = 4;

/// Lives through the story to its end.
pub(crate) async fn live_through(
    stage: &Arc<Stage>,
    raw: &Path,
    truth: &GroundTruth,
    narrator: &Narrator,
) -> Result<Discovery, Failure> {
    let story = Story { stage: Arc::clone(stage), raw, truth, narrator };
    story.at_imports("at/register.json", None, -125).await?;
    story.at_imports("at/notified_deals.json", Some("ownership.notified-deals"), -119).await?;
    story.at_detects().await?;
    for file in ["fi/vessel_register.csv", "fi/corridors.geojson"] {
        import(&stage.fi, &raw.join(file), None).await?;
    }
    let mut discovery = story.fi_watches_the_sea().await?;
    discovery.path_seen_before_release = path_seen(&stage.fi, truth).await?;
    story.at_answers().await?;
    Ok(discovery)
}

/// What the asks brought to light, and what had crossed when they did.
#[derive(Debug, Default)]
pub(crate) struct Discovery {
    /// Selectors on which AT's asks hit at FI.
    pub(crate) hits: BTreeSet<String>,
    /// Hits of FI's ask at AT.
    pub(crate) hits_at_at: usize,
    /// Fields and statements that either held of the other when an ask hit for the first time.
    pub(crate) crossed_before_release: usize,
    /// Whether FI saw the path to the common parent before AT released it.
    pub(crate) path_seen_before_release: bool,
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

    /// Each day's file is imported the morning after, and detectors run. Then AT asks without showing its list; what follows a hit is
    /// asked for by a person, and released by one four hours later.
    async fn fi_watches_the_sea(&self) -> Result<Discovery, Failure> {
        let days: Vec<_> = self.truth.files.iter().filter(|file| file.format == "ais-nmea").collect();
        let bar = self.narrator.bar("the sea", days.len() as u64);
        let mut discovery = Discovery::default();
        for file in days {
            let morning = morning_after(&file.path)?;
            self.stage.advance_to(morning);
            import(&self.stage.fi, &self.raw.join(&file.path), None).await?;
            detect(&self.stage.fi).await?;
            bar.inc(1);
            let hits = self.at_asks(&mut discovery).await?;
            let wanted = self.worth_releasing(&hits).await?;
            if !hits.is_empty() || !wanted.is_empty() {
                bar.suspend(|| self.tell_hits(morning, &hits));
                self.stage.advance_to(hours_after(morning, ANSWER_HOURS)?);
                self.fi_answers(&hits, &wanted, &bar).await?;
            }
        }
        bar.finish_and_clear();
        self.fi_asks(&mut discovery).await?;
        Ok(discovery)
    }

    /// AT's standing ask. For each selector that hits for the first time its analyst asks FI for release.
    async fn at_asks(&self, discovery: &mut Discovery) -> Result<Vec<AskLine>, Failure> {
        let report = ask(&self.stage.at).await?;
        let new: Vec<AskLine> = report.lines.into_iter().filter(|line| discovery.hits.insert(line.selector.clone())).collect();
        if new.is_empty() {
            return Ok(new);
        }
        discovery.crossed_before_release += received(&self.stage.at).await? + received(&self.stage.fi).await?;
        for line in &new {
            let Some((kind, value)) = line.selector.split_once(':') else { continue };
            let draft = RequestDraft {
                partner: self.stage.fi.id().clone(),
                selector: SelectorName { kind: kind.to_owned(), value: value.to_owned() },
                reference: line.reference.as_deref().and_then(|reference| reference.parse().ok()),
                regime: Some(ClockRegime::FdiCooperation),
                urgency: Some(Urgency::Urgent),
                directly_available: None,
                message: "Screening of a stake: what do you see around this company?".to_owned(),
            };
            let analyst = self.stage.at.analyst()?;
            on(&self.stage.at, move |node| node.send_request(&analyst, &draft)).await?;
        }
        deliver(&self.stage.at).await?;
        Ok(new)
    }

    /// FI asks too, for its own purpose. What AT holds of the deal is locked, so nothing of it hits.
    async fn fi_asks(&self, discovery: &mut Discovery) -> Result<(), Failure> {
        let report = ask(&self.stage.fi).await?;
        discovery.hits_at_at = report.lines.len();
        self.tell(
            self.now(),
            &format!("FI asks AT about what it sees: {} hits; the deal is locked to its purpose", report.lines.len()),
        );
        Ok(())
    }

    fn tell_hits(&self, at: Timestamp, hits: &[AskLine]) {
        for line in hits {
            let news = format!(
                "AT asks FI without showing its list, and hits: {} ({})",
                line.selector,
                line.quality.as_deref().unwrap_or("-")
            );
            self.tell(at, &news);
            self.tell(at, "AT: Jonas Gruber asks FI what it sees there; FI's clock begins");
        }
    }

    /// New findings around what AT asked about before, which FI's releaser passes on without being asked again.
    async fn worth_releasing(&self, just_asked: &[AskLine]) -> Result<Vec<FindingName>, Failure> {
        let releaser = self.stage.fi.releaser("fdi-screening")?;
        let released = on(&self.stage.fi, {
            let releaser = releaser.clone();
            move |node| node.list_releases(&releaser, &ReleasePage::default())
        });
        let released: BTreeSet<String> = released.await?.into_iter().map(|line| line.what).collect();
        let mut wanted = Vec::new();
        for request in incoming(&self.stage.fi).await? {
            if request.state == RequestState::Open || just_asked.iter().any(|line| line.selector == request.selector) {
                continue;
            }
            for line in matches(&self.stage.fi, self.stage.at.id(), &request).await? {
                let name = format!("finding:{}/{}", self.stage.fi.id(), line.key);
                if !released.contains(&name) {
                    wanted.push(FindingName { origin: None, key: key_of(&line)? });
                }
            }
        }
        Ok(wanted)
    }

    /// FI's releaser answers what is open with every finding that is about it, and passes on what came since.
    async fn fi_answers(&self, hits: &[AskLine], wanted: &[FindingName], bar: &ProgressBar) -> Result<(), Failure> {
        let releaser = self.stage.fi.releaser("fdi-screening")?;
        let at = self.stage.at.id().clone();
        let mut count = wanted.len();
        for request in incoming(&self.stage.fi).await?.into_iter().filter(|request| request.state == RequestState::Open) {
            let lines = matches(&self.stage.fi, &at, &request).await?;
            bar.suspend(|| {
                lines
                    .iter()
                    .for_each(|line| self.tell(self.now(), &format!("FI finds: {:+.1} bits  {}", line.score_bits, line.title)))
            });
            count += lines.len();
            let findings = lines.iter().map(|line| Ok(FindingName { origin: None, key: key_of(line)? }));
            let findings = findings.collect::<Result<Vec<_>, Failure>>()?;
            let (reason, fields, register_around) = (None, None, None);
            let decision = RequestDecision { outcome: AnswerOutcome::Released, reason, findings, fields, register_around };
            let (releaser, at) = (releaser.clone(), at.clone());
            let id = request.id.parse().map_err(|error: oikos_exchange::NotAName| Failure::new(error.to_string()))?;
            on(&self.stage.fi, move |node| node.answer_request(&releaser, &at, id, &decision)).await?;
        }
        for name in wanted {
            let request = ReleaseRequest { finding: Some(name.clone()), ..ReleaseRequest::to(at.clone()) };
            let releaser = releaser.clone();
            on(&self.stage.fi, move |node| node.release(&releaser, &request)).await?;
        }
        deliver(&self.stage.fi).await?;
        let why = if hits.is_empty() { "what came since" } else { "what was asked for" };
        bar.suspend(|| self.tell(self.now(), &format!("FI: Anna Virtanen releases {why}: {count} findings to AT")));
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
    let request = ImportRequest { path: path.to_owned(), dataset, format: None, name: None };
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

/// The node's own ask about what it has open; every partner must answer.
async fn ask(authority: &Authority) -> Result<AskReport, Failure> {
    let request = AskRequest { standing: true, ..AskRequest::default() };
    let report = authority.linked.ask(authority.linked.node().itself(), request).await?;
    match report.partners.iter().find_map(|partner| Some((&partner.partner, partner.problem.as_ref()?))) {
        Some((partner, problem)) => Err(Failure::new(format!("{partner} did not answer: {problem}"))),
        None => Ok(report),
    }
}

/// What partners ask of the authority, as its releaser sees it.
async fn incoming(authority: &Authority) -> Result<Vec<RequestLine>, Failure> {
    let releaser = authority.releaser("fdi-screening")?;
    let filter = RequestFilter { direction: Some(Direction::Incoming), ..RequestFilter::default() };
    on(authority, move |node| node.list_requests(&releaser, &filter)).await
}

/// The authority's own findings about a request.
async fn matches(authority: &Authority, partner: &NodeId, request: &RequestLine) -> Result<Vec<FindingSummary>, Failure> {
    let (releaser, partner) = (authority.releaser("fdi-screening")?, partner.clone());
    let id = request.id.parse().map_err(|error: oikos_exchange::NotAName| Failure::new(error.to_string()))?;
    let view = on(authority, move |node| node.show_request(&releaser, Direction::Incoming, &partner, id)).await?;
    Ok(view.matches)
}

/// How many things the authority holds of partners.
async fn received(authority: &Authority) -> Result<usize, Failure> {
    let analyst = authority.analyst()?;
    Ok(on(authority, move |node| node.list_received(&analyst, &ReceivedPage::default())).await?.len())
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
