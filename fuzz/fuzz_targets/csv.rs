//! Any bytes as CSV text, plain or gzipped; the first byte chooses the options.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::Arc;
use talray_runtime::data::{CsvOptions, CsvSource, Dataset, Input};

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, text)) = bytes.split_first() else { return };
    let header = choice & 1 == 1;
    let columns = if header { "" } else { r#""columns": ["a", {"name": "b", "type": "f64"}], "# };
    let chunk = 1 + usize::from(choice >> 2);
    let options = format!(
        r##"{{{columns}"header": {header}, "trim": {}, "comment": "#", "chunkBytes": {chunk}, "maxRecordBytes": 1000}}"##,
        choice & 2 == 2
    );
    let options = CsvOptions::from_json(&options).expect("the options are right");
    let input = Input::Bytes { name: "fuzz.csv".into(), bytes: text.into() };
    let _ = CsvSource::from_inputs(options, vec![input]).and_then(|source| Dataset::new(Arc::new(source)).read_all(0));
});
