//! The order of rows is a function of seed and epoch, and resuming goes on exactly.

use crate::common::{batches, census_spec, rest};
use proptest::prelude::*;
use std::sync::Arc;
use talray_data::{Batch, CsvOptions, CsvSource, Dataset, Input, IterState, Step, Values, batch_from_json};

fn numbers(count: usize) -> Dataset {
    let ids: Vec<usize> = (0..count).collect();
    Dataset::from_batch(batch_from_json(&format!("{{\"n\": {ids:?}}}")).unwrap())
}

/// The same numbers as CSV in small blocks, so that chunks and batches never fit.
fn numbers_as_csv(count: usize) -> Dataset {
    let text: String = (0..count).map(|i| format!("{i}\n")).collect();
    let mut options = CsvOptions::from_json(r#"{"columns": ["n"]}"#).unwrap();
    options.chunk_bytes = 100;
    let half = text.len() / 2 + text[text.len() / 2..].find('\n').unwrap_or(0) + 1;
    let parts = [&text[..half.min(text.len())], &text[half.min(text.len())..]];
    let inputs = parts.iter().map(|p| Input::Bytes { name: "n.csv".into(), bytes: p.as_bytes().into() }).collect();
    Dataset::new(Arc::new(CsvSource::from_inputs(options, inputs).unwrap()))
}

fn ids(batch: &Batch) -> Vec<i64> {
    match batch.column("n").unwrap().values() {
        Values::I64(v) => v.clone(),
        _ => unreachable!(),
    }
}

fn all(data: &Dataset, epoch: u64) -> Vec<i64> {
    batches(data, epoch).iter().flat_map(ids).collect()
}

fn sorted(mut ids: Vec<i64>) -> Vec<i64> {
    ids.sort_unstable();
    ids
}

#[test]
fn shuffles_keep_every_row_and_differ_by_epoch_and_seed_only() {
    for data in [numbers(1000), numbers_as_csv(1000)] {
        for shuffle in [data.clone().shuffle(7), data.clone().shuffle_buffered(7, 100)] {
            let shuffled = shuffle.unwrap();
            let first = all(&shuffled, 0);
            assert_eq!(sorted(first.clone()), (0..1000).collect::<Vec<i64>>());
            assert_ne!(first, (0..1000).collect::<Vec<i64>>());
            assert_eq!(all(&shuffled, 0), first);
            assert_ne!(all(&shuffled, 1), first);
            assert_eq!(all(&shuffled.clone().prefetch(4).unwrap(), 0), first);
        }
        assert_ne!(all(&data.clone().shuffle(1).unwrap(), 0), all(&data.shuffle(2).unwrap(), 0));
    }
}

#[test]
fn the_source_and_its_chunks_do_not_change_a_shuffle() {
    let with = |data: Dataset| all(&data.shuffle_buffered(3, 64).unwrap().batch(10).unwrap(), 2);
    assert_eq!(with(numbers(500)), with(numbers_as_csv(500)));
}

#[test]
fn batches_are_equal_and_the_last_one_is_kept_or_dropped() {
    let sizes = |data: Dataset| batches(&data, 0).iter().map(Batch::rows).collect::<Vec<_>>();
    assert_eq!(sizes(numbers_as_csv(25).batch(10).unwrap()), [10, 10, 5]);
    assert_eq!(sizes(numbers_as_csv(25).batch_exact(10).unwrap()), [10, 10]);
    assert_eq!(sizes(numbers_as_csv(25).repeat(Some(2)).unwrap().batch(20).unwrap()), [20, 20, 10]);
    assert_eq!(sizes(numbers_as_csv(25).batch(20).unwrap().repeat(Some(2)).unwrap()), [20, 5, 20, 5]);
}

#[test]
fn take_and_skip_count_rows_before_batch_and_batches_after_it() {
    assert_eq!(all(&numbers_as_csv(90).skip(30).unwrap().take(5).unwrap(), 0), [30, 31, 32, 33, 34]);
    let later = numbers_as_csv(90).batch(10).unwrap().skip(2).unwrap().take(1).unwrap();
    assert_eq!(all(&later, 0), (20..30).collect::<Vec<i64>>());
}

#[test]
fn a_repetition_reads_each_round_as_an_epoch() {
    let once = numbers(50).shuffle(1).unwrap();
    let twice = once.clone().repeat(Some(2)).unwrap();
    assert_eq!(all(&twice, 3), [all(&once, 6), all(&once, 7)].concat());
    let endless = once.clone().repeat(None).unwrap().take(75).unwrap();
    assert_eq!(all(&endless, 0), [all(&once, 0), all(&once, 1)[..25].to_vec()].concat());
    assert_eq!(all(&numbers(0).repeat(None).unwrap(), 0), Vec::<i64>::new());
}

#[test]
fn a_split_divides_once_and_for_all() {
    let (train, validation) = numbers_as_csv(2000).split(0.25, 5).unwrap();
    let (a, b) = (all(&train, 0), all(&validation, 0));
    assert!((400..600).contains(&b.len()), "{}", b.len());
    assert_eq!(sorted([a.clone(), b].concat()), (0..2000).collect::<Vec<i64>>());
    assert_eq!(sorted(all(&train.shuffle(1).unwrap(), 9)), a);
}

#[test]
fn a_split_by_columns_keeps_equal_rows_together() {
    let n: Vec<usize> = (0..300).map(|i| i % 30).collect();
    let data = Dataset::from_batch(batch_from_json(&format!("{{\"n\": {n:?}}}")).unwrap());
    let part = |part: &str| {
        let step = format!(r#"{{"split": {{"fraction": 0.5, "part": "{part}", "by": ["n"]}}}}"#);
        let step: Step = serde_json::from_str(&step).unwrap();
        all(&data.clone().shuffle(1).unwrap().step(step).unwrap(), 0)
    };
    let (train, validation) = (part("train"), part("validation"));
    assert_eq!(train.len() + validation.len(), 300);
    assert!(!validation.is_empty() && validation.iter().all(|v| !train.contains(v)));
}

#[test]
fn steps_in_an_order_without_sense_are_refused() {
    let message = |data: Result<Dataset, talray_data::Error>| data.err().unwrap().to_string();
    assert!(message(numbers(9).batch(2).unwrap().shuffle(1)).contains("before batch"));
    assert!(message(numbers(9).shuffle(1).unwrap().cache()).contains("before shuffle"));
    assert!(message(numbers(9).batch(0)).contains("received 0"));
    assert!(numbers(9).shuffle(1).unwrap().split(0.5, 1).is_err());
    let endless = numbers(9).repeat(None).unwrap().shuffle(1).unwrap();
    assert!(endless.read_all(0).unwrap_err().to_string().contains("without end"));
    let bad = r#"{"source": {"columns": {"a": [1]}}, "steps": [{"shuffle": {"sede": 1}}]}"#;
    assert!(message(Dataset::from_json(bad)).contains("unknown field `sede`"));
}

fn resumes_everywhere(data: &Dataset, epoch: u64) {
    let expected = batches(data, epoch);
    for taken in 0..=expected.len() {
        let mut iter = data.iter(epoch).unwrap();
        for batch in &expected[..taken] {
            assert_eq!(iter.next().unwrap().as_ref(), Some(batch));
        }
        let saved = IterState::from_json(&iter.state().to_json().unwrap()).unwrap();
        let mut resumed = data.resume(&saved).unwrap();
        assert_eq!(rest(&mut resumed), expected[taken..], "after {taken} batches");
    }
}

fn any_steps() -> impl Strategy<Value = Vec<String>> {
    let row_step = prop_oneof![
        Just(r#"{"shuffle": {"seed": 4}}"#.to_string()),
        (1usize..80).prop_map(|b| format!(r#"{{"shuffle": {{"seed": 4, "buffer": {b}}}}}"#)),
        (1u64..4).prop_map(|n| format!(r#"{{"repeat": {{"count": {n}}}}}"#)),
        (0u64..150).prop_map(|n| format!(r#"{{"take": {{"count": {n}}}}}"#)),
        (0u64..60).prop_map(|n| format!(r#"{{"skip": {{"count": {n}}}}}"#)),
        Just(r#"{"split": {"fraction": 0.3, "part": "train", "by": ["n"]}}"#.to_string()),
        Just(r#"{"prefetch": {"batches": 2}}"#.to_string()),
    ];
    (prop::collection::vec(row_step, 0..4), 1usize..50, prop::option::of(1u64..3)).prop_map(|(mut steps, size, rounds)| {
        steps.push(format!(r#"{{"batch": {{"size": {size}}}}}"#));
        steps.extend(rounds.map(|n| format!(r#"{{"repeat": {{"count": {n}}}}}"#)));
        steps
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_place_of_every_pipeline_can_be_resumed(steps in any_steps(), csv: bool, epoch in 0u64..3) {
        let base = if csv { numbers_as_csv(170) } else { numbers(170) };
        let steps: Vec<Step> = steps.iter().map(|s| serde_json::from_str(s).unwrap()).collect();
        let data = steps.into_iter().try_fold(base, Dataset::step).unwrap();
        resumes_everywhere(&data, epoch);
    }
}

#[test]
fn a_cached_census_epoch_resumes() {
    let steps = r#"[{"cache": {}}, {"shuffle": {"seed": 1}}, {"batch": {"size": 3000}}, {"prefetch": {}}]"#;
    resumes_everywhere(&Dataset::from_json(&census_spec("adult.data", ">50K", steps)).unwrap(), 2);
}

#[test]
fn a_state_of_another_dataset_is_refused() {
    let state = numbers(50).batch(10).unwrap().iter(0).unwrap().state();
    for other in [numbers(51).batch(10), numbers(50).batch(11), numbers(50).shuffle(1)] {
        assert!(other.unwrap().resume(&state).err().unwrap().to_string().contains("does not fit"));
    }
    assert!(IterState::from_json("{\"version\": 1}").is_err());
}

#[test]
fn dropping_an_iterator_stops_its_thread() {
    let endless = numbers(1000).repeat(None).unwrap().batch(7).unwrap().prefetch(3).unwrap();
    for _ in 0..20 {
        let mut iter = endless.iter(0).unwrap();
        iter.next().unwrap();
    }
}
