//! Telling the story: on standard error, so that `--json` keeps standard output to itself.

use indicatif::ProgressBar;
use oikos_model::Timestamp;

use crate::show;

/// Tells what happens.
pub(crate) struct Narrator {
    quiet: bool,
}

impl Narrator {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// One line of the story.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            show::note(&show::plain(text));
        }
    }

    /// One line with its day, counted from the cable fault.
    pub(crate) fn on(&self, day_zero: Timestamp, at: Timestamp, text: &str) {
        let days = (at.as_second() - day_zero.as_second()).div_euclid(86_400);
        self.say(&format!("D{days:+}  {text}"));
    }

    /// A progress bar.
    pub(crate) fn bar(&self, message: &str, length: u64) -> ProgressBar {
        let bar = crate::progress::bar(message, self.quiet);
        bar.set_length(length);
        bar
    }
}
