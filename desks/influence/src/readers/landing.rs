//! Posts and articles on their way to the tables: checked, brought into one form, and counted once.

use std::net::IpAddr;

use oikos_desk::{ReadError, Sink, Source};
use oikos_matching::domains::{Host, domain, host_of};
use oikos_model::Timestamp;

use super::rows::Rows;
use super::{Problem, record_position};
use crate::tables::{LINKS, POSTS};

const TEXT_MAX_CHARACTERS: usize = 50_000;
const NAME_MAX_CHARACTERS: usize = 255;
const URL_MAX_CHARACTERS: usize = 2_048;
/// The most links of one post.
const MOST_LINKS: usize = 100;

/// A post or an article as a source wrote it.
#[derive(Default)]
pub(super) struct Written<'a> {
    pub(super) kind: Option<&'a str>,
    pub(super) platform: &'a str,
    pub(super) post: &'a str,
    pub(super) at: Option<Timestamp>,
    pub(super) account: Option<&'a str>,
    pub(super) title: Option<&'a str>,
    pub(super) text: Option<&'a str>,
    pub(super) language: Option<&'a str>,
    pub(super) shared_object: Option<&'a str>,
    /// The article's own page, and the address its domain had.
    pub(super) url: Option<(&'a str, Option<&'a str>)>,
    /// What it links to.
    pub(super) links: Vec<(&'a str, Option<&'a str>)>,
}

/// The tables being filled.
pub(super) struct Landing<'a> {
    source: &'a Source,
    posts: Rows,
    links: Rows,
}

impl<'a> Landing<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self { source, posts: Rows::new(&POSTS), links: Rows::new(&LINKS) }
    }

    /// Lands a post with its links, or says why not.
    pub(super) fn take(
        &mut self,
        number: u64,
        written: &Written<'_>,
        sink: &mut dyn Sink,
    ) -> Result<Result<(), Problem>, ReadError> {
        let checked = match Checked::of(written) {
            Ok(checked) => checked,
            Err(problem) => return Ok(Err(problem)),
        };
        let record_id = self.source.record_id(record_position(number)?);
        let cells = [
            record_id.into(),
            checked.at.into(),
            checked.kind.into(),
            (&checked.platform).into(),
            (&checked.post).into(),
            checked.account.as_ref().into(),
            checked.title.as_ref().into(),
            checked.text.as_ref().into(),
            checked.language.as_ref().into(),
            checked.shared_object.as_ref().into(),
        ];
        self.posts.push(cells, sink)?;
        for link in &checked.links {
            let cells = [
                record_id.into(),
                checked.at.into(),
                link.relation.into(),
                (&link.url).into(),
                link.domain.as_ref().into(),
                link.address.as_ref().into(),
            ];
            self.links.push(cells, sink)?;
        }
        Ok(Ok(()))
    }

    pub(super) fn finish(&mut self, sink: &mut dyn Sink) -> Result<(), ReadError> {
        self.posts.flush(sink)?;
        Ok(self.links.flush(sink)?)
    }
}

struct Checked {
    kind: &'static str,
    platform: String,
    post: String,
    at: Timestamp,
    account: Option<String>,
    title: Option<String>,
    text: Option<String>,
    language: Option<String>,
    shared_object: Option<String>,
    links: Vec<Link>,
}

struct Link {
    relation: &'static str,
    url: String,
    domain: Option<String>,
    address: Option<String>,
}

impl Checked {
    fn of(written: &Written<'_>) -> Result<Self, Problem> {
        let kind = match written.kind {
            None | Some("post") => "post",
            Some("article") => "article",
            Some(_) => return Err(Problem::field("kind", "expected post or article")),
        };
        let platform = name("platform", written.platform)?.to_lowercase();
        let account = match written.account.map(|account| account.trim_start_matches('@')) {
            None | Some("") => None,
            Some(account) => Some(format!("{platform}:{}", name("account", account)?.to_lowercase())),
        };
        if kind == "post" && account.is_none() {
            return Err(Problem::field("account", "a post needs the account that posted it; an article does not"));
        }
        if written.links.len() > MOST_LINKS {
            return Err(Problem::field("links", format!("more than {MOST_LINKS} links")));
        }
        let own = written.url.iter().map(|(url, address)| link("published", "url", url, *address));
        let shared = written.links.iter().map(|(url, address)| link("shared", "links", url, *address));
        Ok(Self {
            kind,
            post: name("post", written.post)?,
            at: written.at.ok_or_else(|| Problem::field("published_at", "it is empty"))?,
            account,
            title: words("title", written.title)?,
            text: words("text", written.text)?,
            language: written.language.map(|language| name("language", language)).transpose()?,
            shared_object: written.shared_object.map(|object| name("shared_object", object)).transpose()?,
            links: own.chain(shared).collect::<Result<_, _>>()?,
            platform,
        })
    }
}

/// A short text in one line, never empty.
fn name(field: &'static str, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::field(field, "it is empty"));
    }
    if text.chars().count() > URL_MAX_CHARACTERS.min(if field == "post" { URL_MAX_CHARACTERS } else { NAME_MAX_CHARACTERS }) {
        return Err(Problem::field(field, format!("it has more than {NAME_MAX_CHARACTERS} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(Problem::field(field, "control characters are not allowed"));
    }
    Ok(text.to_owned())
}

/// A text of any length up to the limit, its white space made one space.
fn words(field: &'static str, text: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(text) = text else { return Ok(None) };
    if text.chars().count() > TEXT_MAX_CHARACTERS {
        return Err(Problem::field(field, format!("it has more than {TEXT_MAX_CHARACTERS} characters")));
    }
    let visible: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let text = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok((!text.is_empty()).then_some(text))
}

fn link(relation: &'static str, field: &'static str, url: &str, address: Option<&str>) -> Result<Link, Problem> {
    let url = url.trim();
    if url.chars().count() > URL_MAX_CHARACTERS || url.chars().any(char::is_control) {
        return Err(Problem::field(field, format!("a link has at most {URL_MAX_CHARACTERS} printable characters")));
    }
    // A bare domain name is a link too.
    let host = host_of(url).or_else(|| domain(url).ok().map(Host::Domain));
    let host =
        host.ok_or_else(|| Problem::field(field, format!("{url:?} is no address of a page, for example https://example.org/a")))?;
    let given = match address.map(str::trim).filter(|address| !address.is_empty()) {
        None => None,
        Some(address) => Some(
            address
                .parse::<IpAddr>()
                .map_err(|_| Problem::field(field, format!("{address:?} is no IP address, for example 203.0.113.1")))?,
        ),
    };
    let (domain, address) = match host {
        Host::Domain(name) => (Some(name.strip_prefix("www.").map_or(name.clone(), str::to_owned)), given),
        Host::Address(address) => (None, Some(address)),
    };
    Ok(Link { relation, url: url.to_owned(), domain, address: address.map(|address| address.to_string()) })
}

/// A moment: RFC 3339, or seconds since 1970.
pub(super) fn moment(field: &'static str, text: &str) -> Result<Timestamp, Problem> {
    let parsed = match text.parse::<i64>() {
        Ok(seconds) => Timestamp::from_second(seconds).ok(),
        Err(_) => text.parse().ok(),
    };
    parsed.ok_or_else(|| {
        Problem::field(field, format!("{text:?} is neither a time like 2026-03-01T12:00:00Z nor seconds since 1970"))
    })
}
