//! Readers of OFAC's list, CSV and XML.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| oikos_fuzz::lists::read(&["ofac-sdn-csv", "ofac-alt-csv", "ofac-add-csv", "ofac-sdn-xml"], bytes));
