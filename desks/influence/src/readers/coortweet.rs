//! The layout of CooRTweet (Righetti & Balluff, R package): `object_id, account_id, content_id, timestamp_share`, the time in
//! seconds since 1970. The layout names no platform; ids are kept under `coortweet`.

use std::io::BufRead;

use oikos_desk::{Format, ReadError, ReadSummary, Reader, Sink, Source};

use super::Problem;
use super::csv_records::{self, Fields, Layout};
use super::landing::{Landing, Written, moment};

const LAYOUT: Layout = Layout { needed: &["object_id", "account_id", "content_id", "timestamp_share"], optional: &[] };

/// Reads CooRTweet's layout.
pub(crate) struct CoorTweet;

impl Reader for CoorTweet {
    fn format(&self) -> Format {
        Format {
            name: "coortweet",
            description: "Shares as the R package CooRTweet takes them: object_id, account_id, content_id, timestamp_share (CSV)",
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
    Ok(Written {
        platform: "coortweet",
        post: fields.needed("content_id")?,
        at: Some(moment("timestamp_share", fields.needed("timestamp_share")?)?),
        account: Some(fields.needed("account_id")?),
        shared_object: Some(fields.needed("object_id")?),
        ..Written::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_sink::read;

    #[test]
    fn a_share_lands_and_a_bad_one_is_named() {
        let text = "object_id,account_id,content_id,timestamp_share\no,A,c,1623881091\no,a,c,yesterday\n,a,c,1\n";
        let (sink, summary) = read(&CoorTweet, text.as_bytes());
        assert_eq!(summary.unwrap().rows, 3);
        let row = &sink.rows("influence_posts")[0];
        assert_eq!((row["account"].as_str(), row["shared_object"].as_str()), (Some("coortweet:a"), Some("o")));
        assert_eq!(row["at"], "2021-06-16T22:04:51Z");
        let refused: Vec<_> = sink.rejects.iter().map(|reject| (reject.position, reject.field.as_deref())).collect();
        assert_eq!(refused, [(3, Some("timestamp_share")), (4, Some("object_id"))]);
    }
}
