//! Whole texts: their words, near-duplicates among them, and things they name.

mod html;
mod named_things;
mod near_duplicates;
mod words;

pub use html::text_of_html;
pub use named_things::{NamedThings, NotAName};
pub use near_duplicates::{NearDuplicates, Placed, TooManyTexts};
pub use words::{MAXIMUM_TEXT_WORDS, text_words};
