//! Captures on their way to the tables, with the identifiers found in them.

use oikos_desk::{ReadError, Sink, Source};
use oikos_matching::domains::{Host, host_of};
use oikos_model::Timestamp;

use super::rows::Rows;
use super::{Problem, record_position};
use crate::extraction::selectors_in;
use crate::tables::{CAPTURES, SELECTORS};

const TEXT_MAX_CHARACTERS: usize = 200_000;
const NAME_MAX_CHARACTERS: usize = 255;
const PAGE_MAX_CHARACTERS: usize = 2_048;

/// A page or post as it was captured; the text is without mark-up, its lines as they were.
#[derive(Default)]
pub(super) struct Captured<'a> {
    pub(super) at: Option<Timestamp>,
    pub(super) site: Option<&'a str>,
    pub(super) page: &'a str,
    pub(super) author: Option<&'a str>,
    pub(super) title: Option<&'a str>,
    pub(super) text: &'a str,
    pub(super) language: Option<&'a str>,
    pub(super) capture: Option<&'a str>,
}

/// The tables being filled.
pub(super) struct Landing<'a> {
    source: &'a Source,
    captures: Rows,
    selectors: Rows,
}

impl<'a> Landing<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self { source, captures: Rows::new(&CAPTURES), selectors: Rows::new(&SELECTORS) }
    }

    /// Lands a capture with its identifiers, or says why not.
    pub(super) fn take(
        &mut self,
        number: u64,
        captured: &Captured<'_>,
        sink: &mut dyn Sink,
    ) -> Result<Result<(), Problem>, ReadError> {
        let checked = match Checked::of(captured) {
            Ok(checked) => checked,
            Err(problem) => return Ok(Err(problem)),
        };
        let record_id = self.source.record_id(record_position(number)?);
        let cells = [
            record_id.into(),
            checked.at.into(),
            (&checked.site).into(),
            (&checked.page).into(),
            checked.author.as_ref().into(),
            checked.title.as_ref().into(),
            (&checked.text).into(),
            checked.language.as_ref().into(),
            checked.capture.as_ref().into(),
        ];
        self.captures.push(cells, sink)?;
        let advertiser = checked.author.as_ref().unwrap_or(&checked.page);
        // A title can hold what the text does not.
        let written = [captured.title.unwrap_or_default(), captured.text].join("\n");
        for selector in selectors_in(&written, &checked.site) {
            let cells = [
                record_id.into(),
                checked.at.into(),
                selector.kind.code().into(),
                (&selector.value).into(),
                (&checked.site).into(),
                advertiser.into(),
            ];
            self.selectors.push(cells, sink)?;
        }
        Ok(Ok(()))
    }

    pub(super) fn finish(&mut self, sink: &mut dyn Sink) -> Result<(), ReadError> {
        self.captures.flush(sink)?;
        Ok(self.selectors.flush(sink)?)
    }
}

struct Checked {
    at: Timestamp,
    site: String,
    page: String,
    author: Option<String>,
    title: Option<String>,
    text: String,
    language: Option<String>,
    capture: Option<String>,
}

impl Checked {
    fn of(captured: &Captured<'_>) -> Result<Self, Problem> {
        let page = name("page", captured.page, PAGE_MAX_CHARACTERS)?;
        let site = match (captured.site.map(str::trim).filter(|site| !site.is_empty()), host_of(&page)) {
            (Some(site), _) => name("site", site, NAME_MAX_CHARACTERS)?.to_lowercase(),
            (None, Some(Host::Domain(domain))) => domain.strip_prefix("www.").map_or(domain.clone(), str::to_owned),
            (None, Some(Host::Address(address))) => address.to_string(),
            (None, None) => return Err(Problem::field("site", "it is empty, and the page's address names no site")),
        };
        let short = |field, text: Option<&str>| {
            let given = text.map(str::trim).filter(|text| !text.is_empty());
            given.map(|text| name(field, text, NAME_MAX_CHARACTERS)).transpose()
        };
        let author = short("author", captured.author.map(|author| author.trim_start_matches('@')))?;
        if captured.text.chars().count() > TEXT_MAX_CHARACTERS {
            return Err(Problem::field("text", format!("it has more than {TEXT_MAX_CHARACTERS} characters")));
        }
        let text = one_line(captured.text);
        if text.is_empty() {
            return Err(Problem::field("text", "there is no text"));
        }
        let title = captured.title.map(one_line).filter(|title| !title.is_empty());
        Ok(Self {
            at: captured.at.ok_or_else(|| Problem::field("captured_at", "it is empty"))?,
            author: author.map(|author| format!("{site}:{}", author.to_lowercase())),
            title: title.map(|title| title.chars().take(NAME_MAX_CHARACTERS).collect()),
            text,
            language: short("language", captured.language)?,
            capture: short("capture", captured.capture)?,
            site,
            page,
        })
    }
}

/// A short text in one line, never empty.
fn name(field: &'static str, text: &str, most_characters: usize) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > most_characters || text.chars().any(char::is_control) {
        return Err(Problem::field(field, format!("expected 1 to {most_characters} printable characters")));
    }
    Ok(text.to_owned())
}

fn one_line(text: &str) -> String {
    let visible: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}
