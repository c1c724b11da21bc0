//! Posts as the desk's own CSV; the desk's README lists its columns.

use std::io::BufRead;

use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};

use super::Problem;
use super::csv_records::{self, Fields, Layout};
use super::landing::{Landing, Written, moment};

const LAYOUT: Layout = Layout {
    needed: &["platform", "post", "published_at"],
    optional: &["account", "kind", "title", "text", "language", "shared_object", "url", "url_address", "link", "link_address"],
};

/// Reads the desk's own CSV of posts.
pub(crate) struct PostsCsv;

impl Reader for PostsCsv {
    fn format(&self) -> Format {
        Format {
            name: "influence-posts-csv",
            description: "Posts and articles, the influence desk's own CSV (RFC 4180); the desk's README lists its columns",
            extensions: &["csv"],
        }
    }

    fn recognises(&self, beginning: &[u8]) -> bool {
        LAYOUT.recognises(beginning)
    }

    fn read(&self, source: &Source, input: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<ReadSummary, ReadError> {
        let mut landing = Landing::new(source);
        let summary = csv_records::read(&LAYOUT, input, sink, &mut |fields, sink| match written(fields) {
            Ok(written) => landing.take(fields.number, &written, sink),
            Err(problem) => Ok(Err(problem)),
        })?;
        landing.finish(sink)?;
        Ok(summary)
    }
}

fn written<'a>(fields: &'a Fields<'_>) -> Result<Written<'a>, Problem> {
    let page = |page: Option<&'a str>, address: Option<&'a str>| page.map(|page| (page, address));
    Ok(Written {
        kind: fields.text("kind")?,
        platform: fields.needed("platform")?,
        post: fields.needed("post")?,
        at: Some(moment("published_at", fields.needed("published_at")?)?),
        account: fields.text("account")?,
        title: fields.text("title")?,
        text: fields.text("text")?,
        language: fields.text("language")?,
        shared_object: fields.text("shared_object")?,
        url: page(fields.text("url")?, fields.text("url_address")?),
        links: page(fields.text("link")?, fields.text("link_address")?).into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_sink::read;
    use proptest::prelude::*;

    const HEADER: &str = "published_at,platform,post,account,text,link,link_address";

    #[test]
    fn a_text_may_have_line_breaks_and_links_are_taken_apart() {
        let text = format!(
            "\u{feff}{HEADER}\r\n2026-03-01T12:00:00+01:00,Chirp,1,@Anna,\"first, line\nsecond \"\"line\"\"\",https://WWW.News.Example/a,203.0.113.44\n\n\
             1772362800,chirp,2,bob,,http://203.0.113.44:8080/x,\n"
        );
        let (sink, summary) = read(&PostsCsv, text.as_bytes());
        assert_eq!((summary.unwrap().rows, sink.rejects.len()), (2, 0), "{:?}", sink.rejects);
        let posts = sink.rows("influence_posts");
        assert_eq!(posts[0]["text"], "first, line second \"line\"");
        assert_eq!((&posts[0]["account"], &posts[0]["at"]), (&"chirp:anna".into(), &"2026-03-01T11:00:00Z".into()));
        let links = sink.rows("influence_links");
        assert_eq!((&links[0]["domain"], &links[0]["address"]), (&"news.example".into(), &"203.0.113.44".into()));
        assert_eq!(links[1]["address"], "203.0.113.44");
        assert!(!links[1].contains_key("domain"));
        assert_eq!(links[0]["record_id"], posts[0]["record_id"]);
    }

    #[test]
    fn bad_rows_name_their_field_and_an_open_quote_costs_one_line() {
        let good = "2026-03-01T12:00:00Z,chirp,1,anna,text,,";
        let bad = [
            ("2026-03-01T12:00:00Z,chirp,1,,text,,", Some("account")),
            ("2026-03-01T12:00:00Z,chirp,,anna,text,,", Some("post")),
            ("01.03.2026,chirp,1,anna,text,,", Some("published_at")),
            ("2026-03-01T12:00:00Z,chirp,1,anna,text,no link,", Some("links")),
            ("2026-03-01T12:00:00Z,chirp,1,anna,text,https://a.example,300.1.1.1", Some("links")),
            ("2026-03-01T12:00:00Z,chirp,1", None),
            ("2026-03-01T12:00:00Z,chirp,1,\"anna,text,,", None),
        ];
        let rows: String = bad.iter().map(|(row, _)| format!("{row}\n")).collect();
        let (sink, _) = read(&PostsCsv, format!("{HEADER}\n{rows}{good}\n").as_bytes());
        let found: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref())).collect();
        assert_eq!(found, (2..).zip(bad.iter().map(|(_, field)| *field)).collect::<Vec<_>>());
        assert_eq!(sink.rows("influence_posts").len(), 1);
    }

    #[test]
    fn a_wrong_header_says_what_is_expected() {
        for header in ["", "post,platform", "post,platform,published_at,colour", "post,post,platform,published_at", "\u{0}\u{0}"]
        {
            let error = read(&PostsCsv, header.as_bytes()).1.unwrap_err().to_string();
            assert!(error.contains("platform,post,published_at"), "{error}");
        }
        assert!(PostsCsv.recognises(HEADER.as_bytes()));
        assert!(!PostsCsv.recognises(b"object_id,account_id,content_id,timestamp_share\n"));
    }

    proptest! {
        #[test]
        fn arbitrary_rows_never_panic(bytes in prop::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), any::<u8>()], 0..600)) {
            let mut file = format!("{HEADER}\n").into_bytes();
            file.extend_from_slice(&bytes);
            prop_assert!(read(&PostsCsv, &file).1.is_ok());
            let _ = read(&PostsCsv, &bytes);
        }
    }
}
