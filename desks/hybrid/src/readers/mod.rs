//! One reader per format, streaming, in bounded memory.

mod coded_events;
mod flat;
mod lines;
mod rows;
#[cfg(test)]
pub(crate) mod test_sink;

pub(crate) use coded_events::CodedEvents;
