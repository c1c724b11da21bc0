//! Readers of the Global LEI Index, XML and CSV.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| oikos_fuzz::lists::read(&["gleif-lei-xml", "gleif-lei-csv", "gleif-rr-xml", "gleif-rr-csv"], bytes));
