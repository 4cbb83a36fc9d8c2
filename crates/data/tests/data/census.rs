//! The Census files read as their description says, and encode.

use crate::common::{batches, census_spec};
use std::sync::Arc;
use talray_data::{Batch, Column, ColumnType, CsvOptions, CsvSource, Dataset, Encoder, EncoderSpec, Values};

fn read(name: &str, positive: &str) -> Batch {
    Dataset::from_json(&census_spec(name, positive, "[]")).unwrap().read_all(0).unwrap()
}

fn ones(column: &Column) -> usize {
    match column.values() {
        Values::F32(v) => v.iter().filter(|x| **x == 1.0).count(),
        other => panic!("labels are {}", other.type_name()),
    }
}

#[test]
fn the_training_file_has_its_rows_labels_and_missing_values() {
    let rows = read("adult.data", ">50K");
    assert_eq!(rows.rows(), 32_561);
    assert_eq!(ones(rows.column("income").unwrap()), 7_841);
    let missing: Vec<usize> =
        ["workclass", "occupation", "native-country", "age"].iter().map(|n| rows.column(n).unwrap().missing()).collect();
    assert_eq!(missing, [1_836, 1_843, 583, 0]);
    let Values::I64(age) = rows.column("age").unwrap().values() else { panic!() };
    assert_eq!(age[..3], [39, 50, 38]);
    let Values::Text(job) = rows.column("workclass").unwrap().values() else { panic!() };
    assert_eq!(job.get(0), "State-gov");
}

#[test]
fn the_test_file_has_a_comment_dotted_labels_and_an_empty_last_line() {
    let rows = read("adult.test", ">50K.");
    assert_eq!(rows.rows(), 16_281);
    assert_eq!(ones(rows.column("income").unwrap()), 3_846);
}

#[test]
fn types_are_inferred() {
    let mut options = CsvOptions::new(crate::common::census("adult.data").to_str().unwrap());
    options.header = Some(false);
    let source = CsvSource::open(options).unwrap();
    let types: Vec<ColumnType> = source.types().map(|t| t.1).collect();
    assert_eq!(types[..4], [ColumnType::I64, ColumnType::String, ColumnType::I64, ColumnType::String]);
    assert_eq!(source.types().next().unwrap().0, "column1");
}

const FEATURES: &str = r#"{"features": [
    {"kind": "numeric", "column": "hours-per-week", "scale": "standard"},
    {"kind": "numeric", "column": "capital-gain", "log": true},
    {"kind": "numeric", "column": "age", "buckets": [18, 25, 30, 40, 50, 65]},
    {"kind": "categorical", "column": "occupation"},
    {"kind": "categorical", "column": "education", "vocabulary": {}},
    {"kind": "categorical", "column": "native-country", "vocabulary": {"minCount": 50}, "outOfVocabulary": {"extra": 2}},
    {"kind": "cross", "inputs": ["education", "occupation"], "buckets": 1000},
    {"kind": "cross", "inputs": ["sex", {"kind": "numeric", "column": "age", "buckets": [30, 50]}]}
], "label": "income"}"#;

#[test]
fn an_encoder_fitted_on_the_training_file_encodes_the_test_file_the_same_way_after_saving() {
    let spec = EncoderSpec::from_json(FEATURES).unwrap();
    let train = Dataset::from_json(&census_spec("adult.data", ">50K", "[]")).unwrap();
    let encoder = Encoder::fit(&spec, &mut train.iter(0).unwrap()).unwrap();
    let test = read("adult.test", ">50K.");
    let encoded = encoder.encode(&test).unwrap();
    assert_eq!(encoded.dense.len(), 2 * 16_281);
    assert_eq!(encoded.keys.len(), 6 * 16_281);
    let layout = encoder.layout();
    assert_eq!(layout.dense, ["hours-per-week", "capital-gain"]);
    let sizes: Vec<Option<u64>> = layout.keys.iter().map(|k| k.cardinality).collect();
    assert_eq!(sizes[..3], [Some(7), None, Some(17)]);
    assert_eq!(sizes[4..], [Some(1000), None]);
    for (i, size) in sizes.iter().enumerate() {
        let keys = &encoded.keys[i * 16_281..(i + 1) * 16_281];
        if let Some(size) = size {
            assert!(keys.iter().all(|k| (0..*size as i64).contains(k)), "feature {i}");
        }
    }
    let saved = Encoder::from_json(&encoder.to_json().unwrap()).unwrap();
    assert_eq!(saved.encode(&test).unwrap(), encoded);
    let hours: Vec<f32> = encoder.encode(&train.read_all(0).unwrap()).unwrap().dense.chunks(2).map(|row| row[0]).collect();
    let mean = hours.iter().map(|h| f64::from(*h)).sum::<f64>() / hours.len() as f64;
    let square = hours.iter().map(|h| f64::from(*h).powi(2)).sum::<f64>() / hours.len() as f64;
    assert!(mean.abs() < 1e-6 && (square - 1.0).abs() < 1e-6, "{mean} {square}");
}

#[test]
fn encoding_on_a_thread_gives_what_encoding_here_gives_and_resumes() {
    let spec = EncoderSpec::from_json(FEATURES).unwrap();
    let steps = r#"[{"shuffle": {"seed": 3}}, {"batch": {"size": 4000}}]"#;
    let train = Dataset::from_json(&census_spec("adult.data", ">50K", steps)).unwrap();
    let encoder = Arc::new(Encoder::fit(&spec, &mut train.iter(0).unwrap()).unwrap());
    let here: Vec<_> = batches(&train, 1).iter().map(|b| encoder.encode(b).unwrap()).collect();
    let mut there = train.encoded(encoder.clone(), 1, None, 2).unwrap();
    let mut state = there.state().clone();
    for (i, expected) in here.iter().enumerate() {
        assert_eq!(there.next().unwrap().as_ref(), Some(expected));
        if i == 3 {
            state = there.state().clone();
        }
    }
    assert_eq!(there.next().unwrap(), None);
    let mut again = train.encoded(encoder, 0, Some(&state), 3).unwrap();
    for expected in &here[4..] {
        assert_eq!(again.next().unwrap().as_ref(), Some(expected));
    }
}
