//! Features do to values what their options say, the same after saving.

use proptest::prelude::*;
use talray_data::{Batch, Column, Dataset, Encoded, Encoder, EncoderSpec, Error, Values, batch_from_json, hash};

fn rows(json: &str) -> Batch {
    batch_from_json(json).unwrap()
}

fn fit(feature: &str, data: &str) -> Result<Encoder, Error> {
    let spec = EncoderSpec::from_json(&format!("{{\"features\": [{feature}]}}"))?;
    Encoder::fit(&spec, &mut Dataset::from_batch(rows(data)).iter(0)?)
}

fn encode(encoder: &Encoder, data: &str) -> Result<Encoded, Error> {
    encoder.encode(&rows(data))
}

fn keys(feature: &str, data: &str) -> Vec<i64> {
    encode(&fit(feature, data).unwrap(), data).unwrap().keys
}

fn dense(feature: &str, data: &str) -> Vec<f32> {
    encode(&fit(feature, data).unwrap(), data).unwrap().dense
}

fn failure<T>(result: Result<T, Error>) -> String {
    result.err().expect("an error").to_string()
}

#[test]
fn numbers_are_scaled_by_figures_of_the_data() {
    let data = r#"{"x": [1, 2, 3, 6]}"#;
    assert_eq!(dense(r#"{"kind": "numeric", "column": "x"}"#, data), [1.0, 2.0, 3.0, 6.0]);
    assert_eq!(dense(r#"{"kind": "numeric", "column": "x", "scale": "minMax"}"#, data), [0.0, 0.2, 0.4, 1.0]);
    let standard = dense(r#"{"kind": "numeric", "column": "x", "scale": "standard"}"#, data);
    let expected = [-2.0, -1.0, 0.0, 3.0].map(|d: f32| d / 3.5f32.sqrt());
    assert!(standard.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{standard:?}");
    let log = dense(r#"{"kind": "numeric", "column": "y", "log": true}"#, r#"{"y": [0, 1, -1.0]}"#);
    assert_eq!(log, [0.0, 2f32.ln(), -2f32.ln()]);
    assert_eq!(dense(r#"{"kind": "numeric", "column": "x", "scale": "standard"}"#, r#"{"x": [5, 5]}"#), [0.0, 0.0]);
}

#[test]
fn a_missing_number_is_an_error_or_a_default() {
    let data = r#"{"x": [1.5, null]}"#;
    assert!(
        failure(encode(&fit(r#"{"kind": "numeric", "column": "x"}"#, data).unwrap(), data)).contains("missing (or NaN) in row 1")
    );
    assert_eq!(dense(r#"{"kind": "numeric", "column": "x", "missing": {"default": 7}}"#, data), [1.5, 7.0]);
    let buckets = r#"{"kind": "numeric", "column": "x", "buckets": [1, 2], "missing": "category"}"#;
    assert_eq!(keys(buckets, data), [1, 3]);
}

#[test]
fn buckets_begin_at_their_boundary() {
    let data = r#"{"x": [17, 18, 24.9, 25, 100]}"#;
    assert_eq!(keys(r#"{"kind": "numeric", "column": "x", "buckets": [18, 25]}"#, data), [0, 1, 1, 2, 2]);
    let many: Vec<usize> = (0..1000).collect();
    let data = format!("{{\"x\": {many:?}}}");
    let quarters = keys(r#"{"kind": "numeric", "column": "x", "buckets": {"quantiles": 4}}"#, &data);
    assert_eq!((0..4).map(|q| quarters.iter().filter(|k| **k == q).count()).collect::<Vec<_>>(), [250; 4]);
    let same = fit(r#"{"kind": "numeric", "column": "x", "buckets": {"quantiles": 4}}"#, r#"{"x": [3, 3, 3]}"#).unwrap();
    assert_eq!(same.layout().keys[0].cardinality, Some(1));
}

#[test]
fn open_keys_are_ids_or_the_stated_hash() {
    let feature = r#"{"kind": "categorical", "column": "c"}"#;
    assert_eq!(keys(feature, r#"{"c": [42, -1, null]}"#), [42, -1, hash::MISSING_KEY]);
    assert_eq!(keys(feature, r#"{"c": [42.0, 42.5e1]}"#), [42, 425]);
    assert_eq!(keys(feature, r#"{"c": ["a", ""]}"#), [hash::key_of_text("a"), hash::key_of_text("")]);
    // XXH3-64 of "a" with seed 0, by the xxhash project's own tool.
    assert_eq!(hash::key_of_text("a") as u64, 0xe6c6_32b6_1e96_4e1f);
}

#[test]
fn serving_reads_ids_and_strings_as_training_did() {
    let feature = r#"{"kind": "categorical", "column": "c"}"#;
    let ids = fit(feature, r#"{"c": [42]}"#).unwrap();
    assert_eq!(encode(&ids, r#"{"c": ["42"]}"#).unwrap().keys, [42]);
    assert!(failure(encode(&ids, r#"{"c": ["x"]}"#)).contains("expected whole numbers"));
    let texts = fit(feature, r#"{"c": ["42"]}"#).unwrap();
    assert_eq!(encode(&texts, r#"{"c": [42]}"#).unwrap().keys, [hash::key_of_text("42")]);
}

#[test]
fn closed_vocabularies_keep_to_their_rule_for_strangers() {
    let data = r#"{"c": ["b", "a", "b", "c", "c"]}"#;
    let given = r#"{"kind": "categorical", "column": "c", "vocabulary": ["a", "b"]"#;
    let error = failure(encode(&fit(&format!("{given}}}"), data).unwrap(), data));
    assert!(error.contains("'c' is not in the vocabulary of 2 values"), "{error}");
    let with = |rule: &str| keys(&format!("{given}, \"outOfVocabulary\": {rule}}}"), data);
    assert_eq!(with(r#"{"extra": 1}"#), [1, 0, 1, 2, 2]);
    assert_eq!(with(r#"{"default": "a"}"#), [1, 0, 1, 0, 0]);
    assert!(
        failure(fit(&format!("{given}, \"outOfVocabulary\": {{\"default\": \"z\"}}}}"), data))
            .contains("not in the vocabulary itself")
    );
    let learned = r#"{"kind": "categorical", "column": "c", "vocabulary": {"minCount": 2}, "outOfVocabulary": {"extra": 1}}"#;
    assert_eq!(keys(learned, data), [0, 2, 0, 1, 1]);
    assert_eq!(fit(learned, data).unwrap().layout().keys[0].cardinality, Some(4));
    let ids = r#"{"kind": "categorical", "column": "c", "vocabulary": [7, 9223372036854775807], "missing": "error"}"#;
    assert_eq!(keys(ids, r#"{"c": [9223372036854775807, 7]}"#), [1, 0]);
    let saved = Encoder::from_json(&fit(ids, r#"{"c": [7]}"#).unwrap().to_json().unwrap()).unwrap();
    assert_eq!(encode(&saved, r#"{"c": [9223372036854775807]}"#).unwrap().keys, [1]);
}

#[test]
fn hashed_keys_and_crosses_stay_below_their_buckets() {
    let hashed = keys(r#"{"kind": "categorical", "column": "c", "buckets": 5}"#, r#"{"c": ["a", "b", null]}"#);
    assert!(hashed[..2].iter().all(|k| (0..5).contains(k)));
    assert_eq!(hashed[2], 5);
    let data = r#"{"a": ["x", "x", "y"], "b": [1, 2, 1], "n": [0.5, 3.5, 0.5]}"#;
    let open = keys(r#"{"kind": "cross", "inputs": ["a", "b"]}"#, data);
    assert!(open[0] != open[1] && open[1] != open[2] && open[0] != open[2]);
    assert_ne!(open, keys(r#"{"kind": "cross", "inputs": ["b", "a"]}"#, data));
    let bucketed = r#"{"kind": "cross", "inputs": ["a", {"kind": "numeric", "column": "n", "buckets": [1]}], "buckets": 10}"#;
    assert!(keys(bucketed, data).iter().all(|k| (0..10).contains(k)));
    assert!(failure(fit(r#"{"kind": "cross", "inputs": ["a", "n"]}"#, data)).contains("give a numeric feature `buckets`"));
    assert!(
        failure(fit(r#"{"kind": "cross", "inputs": ["a", {"kind": "numeric", "column": "n"}]}"#, data)).contains("no single key")
    );
}

#[test]
fn several_values_a_row_become_offsets_or_padding() {
    let data = r#"{"g": ["a|b", "", null, "c | a"]}"#;
    let ragged =
        encode(&fit(r#"{"kind": "multiValued", "column": "g", "vocabulary": ["a", "b", "c"]}"#, data).unwrap(), data).unwrap();
    assert_eq!(ragged.multi[0].keys, [0, 1, 2, 0]);
    assert_eq!(ragged.multi[0].offsets, [0, 2, 2, 2, 4]);
    let padded = r#"{"kind": "multiValued", "column": "g", "vocabulary": ["a", "b", "c"], "maxLength": 3}"#;
    let padded = &encode(&fit(padded, data).unwrap(), data).unwrap().sequences[0];
    assert_eq!(padded.keys, [1, 2, 0, 0, 0, 0, 0, 0, 0, 3, 1, 0]);
    assert_eq!(padded.lengths, [2, 0, 0, 2]);
}

#[test]
fn sequences_are_cut_and_padded_at_the_chosen_ends() {
    let data = r#"{"s": [[1, 2, 3, 4], [5], []]}"#;
    let with = |rest: &str| {
        let feature = format!(r#"{{"kind": "sequence", "column": "s", "maxLength": 3{rest}}}"#);
        encode(&fit(&feature, data).unwrap(), data).unwrap().sequences.remove(0)
    };
    assert_eq!(with("").keys, [2, 3, 4, 5, 0, 0, 0, 0, 0]);
    assert_eq!(with("").mask, [1, 1, 1, 1, 0, 0, 0, 0, 0]);
    assert_eq!(with(r#", "padding": "pre", "truncate": "post""#).keys, [1, 2, 3, 0, 0, 5, 0, 0, 0]);
}

#[test]
fn labels_and_weights_are_numbers() {
    let spec = EncoderSpec::from_json(r#"{"features": [], "label": ["y", "z"], "weight": "w"}"#).unwrap();
    let data = r#"{"y": [1, 0], "z": [0.5, 2], "w": [3, 4]}"#;
    let encoder = Encoder::fit(&spec, &mut Dataset::from_batch(rows(data)).iter(0).unwrap()).unwrap();
    let out = encode(&encoder, data).unwrap();
    assert_eq!((out.labels, out.weights), (vec![1.0, 0.5, 0.0, 2.0], Some(vec![3.0, 4.0])));
    assert!(failure(encode(&encoder, r#"{"y": ["a"], "z": [1], "w": [1]}"#)).contains("positive"));
}

#[test]
fn mistakes_in_options_name_themselves() {
    let data = r#"{"age": [1.0, 2.0], "name": ["a", "b"]}"#;
    assert!(failure(fit(r#"{"kind": "numeric", "column": "agee"}"#, data)).contains("unknown column 'agee': nearest are 'age'"));
    assert!(failure(fit(r#"{"kind": "numeric", "column": "age", "bucket": [1]}"#, data)).contains("unknown field `bucket`"));
    assert!(failure(fit(r#"{"kind": "numerical", "column": "age"}"#, data)).contains("unknown variant `numerical`"));
    assert!(failure(fit(r#"{"kind": "numeric", "column": "name"}"#, data)).contains("needs numbers"));
    assert!(failure(fit(r#"{"kind": "categorical", "column": "age", "buckets": 0}"#, data)).contains("at least 1"));
    assert!(
        failure(fit(r#"{"kind": "numeric", "column": "age"}, {"kind": "numeric", "column": "age"}"#, data))
            .contains("two features are called 'age'")
    );
    assert!(failure(fit(r#"{"kind": "numeric", "column": "age", "buckets": [2, 1]}"#, data)).contains("ascending"));
    assert!(failure(fit(r#"{"kind": "numeric", "column": "age", "scale": "standard"}"#, r#"{"age": []}"#)).contains("no rows"));
    assert!(Encoder::from_json("{\"version\": 1, \"features\": [{\"kind\": \"cross\"}]}").is_err());
}

const EVERY_KIND: &str = r#"{"features": [
    {"kind": "numeric", "column": "x", "scale": "standard", "missing": {"default": 0.1}},
    {"kind": "numeric", "name": "q", "column": "x", "buckets": {"quantiles": 3}, "missing": "category"},
    {"kind": "categorical", "column": "c"},
    {"kind": "categorical", "name": "v", "column": "c", "vocabulary": {}},
    {"kind": "cross", "inputs": ["c", {"kind": "categorical", "column": "i", "buckets": 9}]},
    {"kind": "multiValued", "name": "m", "column": "c", "separator": "e", "buckets": 50},
    {"kind": "sequence", "name": "s", "column": "c", "separator": "a", "maxLength": 2}
]}"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn an_encoder_gives_the_same_bits_in_parts_and_after_saving(
        values in prop::collection::vec((prop::option::of(-1e6f64..1e6), prop::option::of("[a-f]{0,4}"), any::<i64>()), 1..80),
        cut in 0usize..80,
    ) {
        let valid = |f: &dyn Fn(usize) -> bool| Some((0..values.len()).map(f).collect::<Vec<bool>>());
        let x = values.iter().map(|v| v.0.unwrap_or(0.0)).collect();
        let c = values.iter().map(|v| v.1.clone().unwrap_or_default()).collect();
        let i = values.iter().map(|v| v.2).collect();
        let batch = Batch::from_columns(vec![
            ("x".into(), Column::new(Values::F64(x), valid(&|r| values[r].0.is_some())).unwrap()),
            ("c".into(), Column::new(Values::Text(c), valid(&|r| values[r].1.is_some())).unwrap()),
            ("i".into(), Column::full(Values::I64(i))),
        ]).unwrap();
        prop_assume!(values.iter().any(|v| v.0.is_some()));
        let spec = EncoderSpec::from_json(EVERY_KIND).unwrap();
        let whole = Encoder::fit(&spec, &mut Dataset::from_batch(batch.clone()).iter(0).unwrap()).unwrap();
        let small = Encoder::fit(&spec, &mut Dataset::from_batch(batch.clone()).batch(3).unwrap().iter(0).unwrap()).unwrap();
        prop_assert_eq!(whole.to_json().unwrap(), small.to_json().unwrap());
        let saved = Encoder::from_json(&whole.to_json().unwrap()).unwrap();
        let all = whole.encode(&batch).unwrap();
        prop_assert_eq!(&saved.encode(&batch).unwrap(), &all);
        let cut = cut.min(batch.rows());
        let parts = [whole.encode(&batch.slice(0..cut)).unwrap(), whole.encode(&batch.slice(cut..batch.rows())).unwrap()];
        prop_assert_eq!(parts.iter().flat_map(|p| p.dense.clone()).collect::<Vec<_>>(), all.dense);
        prop_assert_eq!(parts.iter().flat_map(|p| p.sequences[0].keys.clone()).collect::<Vec<_>>(), all.sequences[0].keys.clone());
    }
}
