//! The fields of one feed item.

use jiff::fmt::rfc2822::DateTimeParser;
use oikos_matching::text_of_html;
use oikos_model::Timestamp;
use quick_xml::events::BytesStart;

use super::Problem;

/// The most bytes of one field that are kept.
const MOST_FIELD_BYTES: usize = 256 * 1_024;

/// An RSS item or Atom entry as it is being read.
#[derive(Default)]
pub(super) struct Item {
    title: String,
    link: String,
    /// Atom's link to the article itself.
    href: Option<String>,
    guid: String,
    published: String,
    updated: String,
    summary: String,
    content: String,
}

impl Item {
    /// An element of the item begins.
    pub(super) fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        if name != "link" {
            return;
        }
        let attribute = |name: &str| {
            let found = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == name)?;
            Some(text_of_html(&found.value))
        };
        let to_article = attribute("rel").is_none_or(|relation| relation == "alternate");
        if to_article && self.href.is_none() {
            self.href = attribute("href");
        }
    }

    /// Text in the item's field of this name.
    pub(super) fn text(&mut self, field: &str, text: &str) {
        let into = match field {
            "title" => &mut self.title,
            "link" => &mut self.link,
            "guid" | "id" => &mut self.guid,
            "pubDate" | "date" | "published" => &mut self.published,
            "updated" => &mut self.updated,
            "description" | "summary" => &mut self.summary,
            "content" | "encoded" => &mut self.content,
            _ => return,
        };
        if into.len() + text.len() <= MOST_FIELD_BYTES {
            into.push_str(text);
        }
    }

    /// The address of the article: Atom's alternate link, RSS's link, or a guid that is one.
    pub(super) fn page(&self) -> Option<String> {
        let link = text_of_html(&self.link);
        let guid = self.guid.trim();
        let given = self.href.clone().or((!link.is_empty()).then_some(link));
        given.or_else(|| guid.contains("://").then(|| guid.to_owned()))
    }

    pub(super) fn published(&self) -> Option<&str> {
        [&self.published, &self.updated].into_iter().map(|text| text.trim()).find(|text| !text.is_empty())
    }

    pub(super) fn title(&self) -> Option<String> {
        plain(&self.title)
    }

    /// The whole text, else the summary.
    pub(super) fn words(&self) -> Option<String> {
        plain(&self.content).or_else(|| plain(&self.summary))
    }
}

/// A field's words: references read, and the tags that HTML in it has dropped.
fn plain(field: &str) -> Option<String> {
    let once = text_of_html(field);
    // Escaped HTML shows its tags after the references are read.
    let text = if field.contains("&lt;") { text_of_html(&once) } else { once };
    (!text.is_empty()).then_some(text)
}

/// A time as RSS (RFC 2822) or Atom (RFC 3339) writes it.
pub(super) fn feed_moment(text: &str) -> Result<Timestamp, Problem> {
    static RFC_2822: DateTimeParser = DateTimeParser::new();
    let parsed = text.parse().ok().or_else(|| RFC_2822.parse_timestamp(text).ok());
    parsed.ok_or_else(|| Problem::field("pubDate", format!("{text:?} is no time as RFC 2822 or RFC 3339 writes it")))
}
