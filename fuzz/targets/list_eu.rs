//! Readers of the European Union's list, XML and CSV.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| oikos_fuzz::lists::read(&["eu-fsf-xml", "eu-fsf-csv"], bytes));
