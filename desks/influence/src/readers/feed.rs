//! Feeds: RSS 2.0 (RSS Advisory Board, 2.0.11), RSS 1.0 and Atom (RFC 4287), one item at a time. Entities that a document defines
//! itself are not expanded, and nothing it points to is loaded.

use std::io::{self, BufRead, Read};

use oikos_desk::{Format, ReadError, ReadSummary, Reader, Reject, Sink, Source};
use quick_xml::events::{BytesStart, Event};

use super::feed_fields::{Item, feed_moment};
use super::landing::{Landing, Written};
use super::{PROGRESS_ROWS, Problem};

/// The most bytes between two tags, or in one.
const MOST_PIECE_BYTES: usize = 4 * 1_024 * 1_024;
const MOST_DEPTH: usize = 64;

/// Reads feeds.
pub(crate) struct Feed;

impl Reader for Feed {
    fn format(&self) -> Format {
        Format {
            name: "feed",
            description: "A site's feed of articles: RSS 2.0, RSS 1.0 or Atom (RFC 4287)",
            extensions: &["xml", "rss", "atom"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let text = String::from_utf8_lossy(beginning);
        let root = text.split('<').map(|tag| tag.split([' ', '>', '\t', '\r', '\n']).next().unwrap_or_default());
        let mut named = root.filter(|name| !name.is_empty() && !name.starts_with(['?', '!', '\u{feff}']));
        matches!(named.next(), Some("rss" | "rdf:RDF" | "feed" | "atom:feed"))
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut reader = quick_xml::Reader::from_reader(Metered { input, left: MOST_PIECE_BYTES });
        let mut reading =
            Reading { landing: Landing::new(source), path: Vec::new(), item: None, summary: ReadSummary::default() };
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            reader.get_mut().left = MOST_PIECE_BYTES;
            let event =
                reader.read_event_into(&mut buffer).map_err(|error| format_error(reader.error_position(), &error.to_string()))?;
            if matches!(event, Event::Eof) {
                break;
            }
            let position = reader.buffer_position();
            reading.take(&event, position, sink)?;
        }
        if !reading.path.is_empty() {
            return Err(format_error(reader.buffer_position(), "the document ends before its last tag is closed"));
        }
        if reading.summary.rows == 0 && !reading.summary.ignored.contains_key("feed") {
            return Err(format_error(0, "there is no element rss, rdf:RDF or feed"));
        }
        reading.summary.ignored.remove("feed");
        reading.landing.finish(sink)?;
        sink.progress(reader.buffer_position());
        Ok(reading.summary)
    }
}

fn format_error(offset: u64, problem: &str) -> ReadError {
    ReadError::Format { place: format!("byte {offset}"), problem: format!("{problem}; expected RSS or Atom") }
}

/// A document being read.
struct Reading<'a> {
    landing: Landing<'a>,
    /// Local names of the open elements.
    path: Vec<String>,
    /// The item that is open, and the depth of its element.
    item: Option<(usize, Item)>,
    summary: ReadSummary,
}

impl Reading<'_> {
    fn take(&mut self, event: &Event<'_>, position: u64, sink: &mut dyn Sink) -> Result<(), ReadError> {
        match event {
            Event::Start(tag) => self.open(tag, position),
            Event::Empty(tag) => {
                self.open(tag, position)?;
                self.close(sink)
            }
            Event::End(_) => self.close(sink),
            Event::Text(text) => {
                self.text(text);
                Ok(())
            }
            Event::CData(text) => {
                self.text(text);
                Ok(())
            }
            Event::GeneralRef(reference) => {
                self.text(&format!("&{};", &**reference));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>, position: u64) -> Result<(), ReadError> {
        if self.path.len() == MOST_DEPTH {
            return Err(format_error(position, &format!("elements are nested more than {MOST_DEPTH} deep")));
        }
        let name = tag.local_name().as_ref().to_owned();
        if self.path.is_empty() && matches!(name.as_str(), "rss" | "RDF" | "feed") {
            self.summary.ignored.insert("feed".into(), 0);
        }
        self.path.push(name);
        let (depth, name) = (self.path.len(), self.path[self.path.len() - 1].as_str());
        match &mut self.item {
            None if matches!(name, "item" | "entry") => self.item = Some((depth, Item::default())),
            Some((item_depth, item)) if depth == *item_depth + 1 => item.open(name, tag),
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        // What stands deeper, as in Atom's XHTML, is the text of the field it stands in.
        if let Some((depth, item)) = &mut self.item
            && let Some(field) = self.path.get(*depth)
        {
            item.text(field, text);
        }
    }

    fn close(&mut self, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let depth = self.path.len();
        self.path.pop();
        match self.item.take_if(|(item_depth, _)| *item_depth == depth) {
            Some((_, item)) => self.land(&item, sink),
            None => Ok(()),
        }
    }

    fn land(&mut self, item: &Item, sink: &mut dyn Sink) -> Result<(), ReadError> {
        self.summary.rows += 1;
        let number = self.summary.rows;
        if number.is_multiple_of(PROGRESS_ROWS) {
            sink.progress(number);
        }
        let (title, text) = (item.title(), item.words());
        let taken = match (item.page(), item.published().map(feed_moment)) {
            (None, _) => Err(Problem::field("link", "the item has no link to its article")),
            (_, None) => Err(Problem::field("pubDate", "the item has no time")),
            (_, Some(Err(problem))) => Err(problem),
            (Some(page), Some(Ok(at))) => {
                let written = Written {
                    kind: Some("article"),
                    platform: "web",
                    post: &page,
                    at: Some(at),
                    title: title.as_deref(),
                    text: text.as_deref(),
                    url: Some((&page, None)),
                    ..Written::default()
                };
                self.landing.take(number, &written, sink)?
            }
        };
        if let Err(problem) = taken {
            let shown = title.unwrap_or_default();
            sink.reject(Reject::new(number, problem.field, problem.reason, shown.as_bytes()))?;
        }
        Ok(())
    }
}

/// An input that gives at most so many bytes until somebody allows more.
struct Metered<'a> {
    input: &'a mut dyn BufRead,
    left: usize,
}

impl Read for Metered<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(into.len());
        into[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Metered<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(format!("a piece of the document has more than {MOST_PIECE_BYTES} bytes")));
        }
        let available = self.input.fill_buf()?;
        Ok(&available[..available.len().min(self.left)])
    }

    fn consume(&mut self, count: usize) {
        self.left -= count.min(self.left);
        self.input.consume(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_sink::read;
    use proptest::prelude::*;

    const RSS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE rss [<!ENTITY bomb "boom">]>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Port Watch</title><link>https://portwatch.example/</link>
<item><title>Sable cable sabotage &amp; cover-up &bomb;</title><link> https://portwatch.example/sable </link><pubDate>Tue, 10 Mar 2026 02:50:00 +0100</pubDate>
<description><![CDATA[<p>They knew&nbsp;it.</p><script>x</script>]]></description></item>
<item><title>No link</title><pubDate>Tue, 10 Mar 2026 02:50:00 GMT</pubDate></item>
<item><title>Guid only</title><guid>https://portwatch.example/2</guid><dc:date>2026-03-10T03:00:00Z</dc:date></item>
<item><title>When?</title><link>https://portwatch.example/3</link><pubDate>soon</pubDate></item></channel></rss>"#;

    const ATOM: &str = r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><title type="html">A &lt;b&gt;bold&lt;/b&gt; claim</title>
<link rel="self" href="https://a.example/feed"/><link href="https://a.example/1"/><id>urn:1</id><updated>2026-03-10T01:50:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">first <b>second</b></div></content></entry></feed>"#;

    #[test]
    fn rss_items_land_and_bad_ones_are_named() {
        let (sink, summary) = read(&Feed, RSS.as_bytes());
        assert_eq!(summary.unwrap().rows, 4);
        let posts = sink.rows("influence_posts");
        assert_eq!(posts[0]["title"], "Sable cable sabotage & cover-up &bomb;");
        assert_eq!((&posts[0]["at"], &posts[0]["text"]), (&"2026-03-10T01:50:00Z".into(), &"They knew it.".into()));
        assert_eq!(sink.rows("influence_links")[0]["domain"], "portwatch.example");
        assert_eq!((posts.len(), &posts[1]["post"]), (2, &"https://portwatch.example/2".into()));
        let refused: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref().unwrap())).collect();
        assert_eq!(refused, [(2, "link"), (4, "pubDate")]);
        assert!(Feed.recognises(RSS.as_bytes()) && Feed.recognises(ATOM.as_bytes()) && !Feed.recognises(b"<html>"));
    }

    #[test]
    fn atom_entries_land() {
        let (sink, summary) = read(&Feed, ATOM.as_bytes());
        assert_eq!((summary.unwrap().rows, sink.rejects.len()), (1, 0), "{:?}", sink.rejects);
        let post = &sink.rows("influence_posts")[0];
        assert_eq!((&post["title"], &post["text"]), (&"A bold claim".into(), &"first second".into()));
        assert_eq!(post["post"], "https://a.example/1");
    }

    #[test]
    fn what_is_no_feed_is_refused_as_a_whole() {
        for bad in ["", "plain", "<html></html>", "<rss><channel>", "<rss></channel></rss>", &"<a>".repeat(200)] {
            assert!(read(&Feed, bad.as_bytes()).1.is_err(), "{bad}");
        }
        let long = format!("<rss><channel><item><title>{}</title></item></channel></rss>", "x".repeat(MOST_PIECE_BYTES + 1));
        let error = read(&Feed, long.as_bytes()).1.unwrap_err().to_string();
        assert!(error.contains("more than 4194304 bytes"), "{error}");
    }

    proptest! {
        #[test]
        fn cut_and_changed_feeds_never_panic(place in 0usize..1_000, byte in any::<u8>(), cut in 0usize..1_200) {
            let mut bytes = RSS.as_bytes().to_vec();
            let length = bytes.len();
            bytes[place % length] = byte;
            bytes.truncate(cut);
            let _ = read(&Feed, &bytes);
        }
    }
}
