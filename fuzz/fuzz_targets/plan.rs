//! Any bytes as a plan; what decodes encodes again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use talray_core::plan::Plan;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(plan) = Plan::from_bytes(bytes) {
        plan.to_bytes().expect("a plan that was read encodes");
    }
});
