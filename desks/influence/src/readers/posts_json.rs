//! Posts as JSON lines (RFC 8259, one object a line); the desk's README lists its fields. A file of another shape is refused at
//! its first line.

use std::borrow::Cow;
use std::io::BufRead;

use oikos_desk::{Format, ReadError, ReadSummary, Reader, Reject, Sink, Source};
use serde::Deserialize;

use super::landing::{Landing, Written, moment};
use super::lines::{Line, Lines, encoding_problem, without_byte_order_mark};
use super::{PROGRESS_ROWS, Problem};

const LINE_MAX_BYTES: usize = 256 * 1_024;

/// Reads the desk's own JSON lines of posts.
pub(crate) struct PostsJsonLines;

/// One line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Post<'a> {
    #[serde(borrow)]
    platform: Cow<'a, str>,
    post: Cow<'a, str>,
    published_at: Cow<'a, str>,
    kind: Option<Cow<'a, str>>,
    account: Option<Cow<'a, str>>,
    title: Option<Cow<'a, str>>,
    text: Option<Cow<'a, str>>,
    language: Option<Cow<'a, str>>,
    shared_object: Option<Cow<'a, str>>,
    url: Option<Cow<'a, str>>,
    url_address: Option<Cow<'a, str>>,
    #[serde(default)]
    links: Vec<Page<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page<'a> {
    #[serde(borrow)]
    url: Cow<'a, str>,
    address: Option<Cow<'a, str>>,
}

impl Reader for PostsJsonLines {
    fn format(&self) -> Format {
        Format {
            name: "influence-posts-json-lines",
            description: "Posts and articles, the influence desk's own JSON lines; the desk's README lists its fields",
            extensions: &["jsonl", "ndjson"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        let first = without_byte_order_mark(beginning).split(|byte| *byte == b'\n').next().unwrap_or_default();
        serde_json::from_slice::<Post<'_>>(first).is_ok()
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut lines = Lines::new(input, LINE_MAX_BYTES);
        let mut landing = Landing::new(source);
        let mut summary = ReadSummary::default();
        while let Some(line) = lines.next()? {
            let bytes = match line {
                Line::Whole(bytes) | Line::TooLong(bytes) if bytes.trim_ascii().is_empty() => continue,
                Line::Whole(bytes) => Ok(bytes.to_vec()),
                Line::TooLong(bytes) => Err(bytes.to_vec()),
            };
            let number = lines.number();
            summary.rows += 1;
            if number.is_multiple_of(PROGRESS_ROWS) {
                sink.progress(lines.offset());
            }
            let (bytes, taken) = match bytes {
                Err(bytes) => (bytes, Err(Problem::row(format!("the line has more than {LINE_MAX_BYTES} bytes")))),
                Ok(bytes) => {
                    check_first(number, &bytes)?;
                    let taken = take(&mut landing, number, without_byte_order_mark(&bytes), sink)?;
                    (bytes, taken)
                }
            };
            if let Err(problem) = taken {
                sink.reject(Reject::new(number, problem.field, problem.reason, &bytes))?;
            }
        }
        landing.finish(sink)?;
        sink.progress(lines.offset());
        Ok(summary)
    }
}

/// Refuses a file whose first line is no text or no object.
fn check_first(number: u64, bytes: &[u8]) -> Result<(), ReadError> {
    let problem = match encoding_problem(bytes) {
        Some(problem) => problem,
        None if without_byte_order_mark(bytes).trim_ascii_start().starts_with(b"{") => return Ok(()),
        None => "expected one JSON object a line",
    };
    if number == 1 { Err(ReadError::Format { place: "line 1".into(), problem: problem.into() }) } else { Ok(()) }
}

fn take(landing: &mut Landing<'_>, number: u64, bytes: &[u8], sink: &mut dyn Sink) -> Result<Result<(), Problem>, ReadError> {
    let post: Post<'_> = match serde_json::from_slice(bytes) {
        Ok(post) => post,
        Err(error) => return Ok(Err(Problem::row(format!("column {}: {error}", error.column())))),
    };
    let at = match moment("published_at", &post.published_at) {
        Ok(at) => at,
        Err(problem) => return Ok(Err(problem)),
    };
    let written = Written {
        kind: post.kind.as_deref(),
        platform: &post.platform,
        post: &post.post,
        at: Some(at),
        account: post.account.as_deref(),
        title: post.title.as_deref(),
        text: post.text.as_deref(),
        language: post.language.as_deref(),
        shared_object: post.shared_object.as_deref(),
        url: post.url.as_deref().map(|url| (url, post.url_address.as_deref())),
        links: post.links.iter().map(|page| (&*page.url, page.address.as_deref())).collect(),
    };
    landing.take(number, &written, sink)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_sink::read;
    use proptest::prelude::*;

    const GOOD: &str = r#"{"platform":"web","kind":"article","post":"https://a.example/1","published_at":"2026-03-01T01:50:00Z","title":"A \"quoted\" title","text":"t","url":"https://a.example/1","url_address":"203.0.113.44","links":[{"url":"https://b.example"},{"url":"c.example","address":"2001:db8::1"}]}"#;

    #[test]
    fn an_article_lands_with_its_page_and_its_links() {
        let (sink, summary) = read(&PostsJsonLines, format!("{GOOD}\n\n").as_bytes());
        assert_eq!((summary.unwrap().rows, sink.rejects.len()), (1, 0), "{:?}", sink.rejects);
        assert_eq!(sink.rows("influence_posts")[0]["title"], "A \"quoted\" title");
        let links = sink.rows("influence_links");
        let relations: Vec<_> = links.iter().map(|link| (&link["relation"], &link["domain"])).collect();
        let expected = [("published", "a.example"), ("shared", "b.example"), ("shared", "c.example")];
        assert_eq!(
            relations,
            expected.map(|(relation, domain)| (relation.into(), domain.into())).each_ref().map(|(a, b)| (a, b))
        );
        assert_eq!(links[2]["address"], "2001:db8::1");
        assert!(PostsJsonLines.recognises(GOOD.as_bytes()));
    }

    #[test]
    fn bad_lines_are_refused_and_good_ones_land() {
        let unknown = GOOD.replace("\"title\"", "\"colour\"");
        let text = format!("{GOOD}\n{{\n{unknown}\n[1]\n{}\n{GOOD}\n", GOOD.replace("article", "book"));
        let (sink, _) = read(&PostsJsonLines, text.as_bytes());
        assert_eq!(sink.rejects.iter().map(|reject| reject.position).collect::<Vec<_>>(), [2, 3, 4, 5]);
        assert_eq!(sink.rows("influence_posts").len(), 2);
        assert!(read(&PostsJsonLines, b"post,platform\n").1.is_err());
        assert!(read(&PostsJsonLines, b"\xff\xfe{\0").1.is_err());
    }

    proptest! {
        #[test]
        fn cut_and_changed_lines_never_panic(cut in 0usize..400, byte in any::<u8>(), place in 0usize..400) {
            let mut bytes = GOOD.as_bytes().to_vec();
            let length = bytes.len();
            bytes[place % length] = byte;
            bytes.truncate(cut);
            let _ = read(&PostsJsonLines, &bytes);
        }
    }
}
