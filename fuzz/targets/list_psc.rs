//! Readers of people with significant control.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| oikos_fuzz::lists::read(&["uk-psc"], bytes));
