//! Thousands of changes to real bytes: what reads them gives a value or an error, and never panics.
//!
//! CSV, gzip, Parquet and table files have their own such tests beside their readers; `fuzz/` holds targets for all.

use std::path::Path;
use std::sync::Arc;
use talray_core::backend::Backend;
use talray_core::exec::Run;
use talray_core::graph::{OpId, complete};
use talray_core::passes::Passes;
use talray_core::plan::Plan;
use talray_core::{Graph, OpDef, Result, Sample, Shape, Type, Value, ops};
use talray_kernels_cpu::{Cpu, Implementation};
use talray_runtime::data::{Batch, CsvOptions, CsvSource, Dataset, Encoder, EncoderSpec, Input, IterState};
use talray_runtime::wire;
use talray_tests::run::cpu;

/// A small generator (SplitMix64), so that every run makes the same changes.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    /// Bits turned, bytes put in, taken out, repeated or set to the ends of their range, and the end cut off.
    fn changed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(out.len());
            match self.below(6) {
                0 if !out.is_empty() => out[at] ^= 1 << self.below(8),
                1 => out.insert(at, self.next() as u8),
                2 if !out.is_empty() => {
                    out.remove(at);
                }
                3 => out.truncate(at),
                4 => {
                    let end = (at + 1 + self.below(16)).min(out.len());
                    let part = out[at..end].to_vec();
                    out.splice(at..at, part);
                }
                _ => {
                    let end = (at + 1 + self.below(10)).min(out.len());
                    out[at..end].fill(if self.below(2) == 0 { 0xff } else { 0 });
                }
            }
        }
        out
    }
}

/// The plan of an op's sample; an error where the op needs regions or has no kernel.
fn plan_of(id: OpId, sample: &Sample, cpu: &Cpu) -> Result<Plan> {
    let mut graph = Graph::new();
    let args: Vec<_> =
        sample.inputs.iter().map(|input| input.as_ref().map(|i| graph.input(Type::new(i.dtype, Shape::of(&i.shape))))).collect();
    let named: Vec<_> = sample.attrs.iter().map(|(n, v)| (*n, v.clone())).collect();
    let outputs = graph.apply(id, &args, complete(id, &named)?, &[])?;
    graph.outputs.extend(outputs);
    Plan::new(&graph, graph.outputs.len(), &Passes::default(), &|op| cpu.supports(op))
}

#[test]
fn any_change_to_the_bytes_of_a_plan_gives_a_plan_or_an_error() {
    let cpu = cpu(Implementation::Simd);
    let mut random = Random(1);
    let (mut tried, mut ran) = (0, 0);
    for (i, def) in ops::OPS.iter().enumerate() {
        let def: &OpDef = def;
        let id = OpId(i as u16);
        let Some(sample) = (def.samples)().into_iter().find(|s| s.refuses.is_none()) else { continue };
        let Ok(plan) = plan_of(id, &sample, &cpu) else { continue };
        let bytes = plan.to_bytes().unwrap();
        assert_eq!(Plan::from_bytes(&bytes).unwrap().to_bytes().unwrap(), bytes, "{}", def.name);
        for _ in 0..20 {
            if let Ok(plan) = Plan::from_bytes(&random.changed(&bytes)) {
                plan.to_bytes().unwrap();
                assert!(plan.explain(&[], "cpu").contains("kernels"));
                ran += usize::from(runs(plan, &cpu));
            }
            tried += 1;
        }
    }
    assert!(tried > 3000, "{tried}");
    assert!(ran > 100, "only {ran} of the plans could be run");
}

/// Runs a plan on zeros, unless it is large. It may refuse them.
fn runs(plan: Plan, cpu: &Cpu) -> bool {
    let size = |ty: &Type| ty.shape.known().map(|sizes| sizes.iter().map(|n| *n as f64).product::<f64>());
    if plan.graph.nodes.iter().flat_map(|n| &n.types).any(|ty| size(ty).is_none_or(|n| n > 1e5)) {
        return false;
    }
    let zeros = |v: &Value| {
        let ty = plan.graph.ty(*v);
        let sizes = ty.shape.known().unwrap_or_default();
        cpu.upload(&vec![0; sizes.iter().product::<usize>() * ty.dtype.size()], ty.dtype, &sizes).unwrap()
    };
    let inputs = plan.graph.inputs.iter().map(zeros).collect();
    Run::new(Arc::new(plan), inputs).and_then(|run| run.finish(cpu)).is_ok()
}

#[test]
fn any_words_are_a_request_or_an_error() {
    const PIECES: [f64; 16] =
        [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, -1.0, 0.5, 255.0, 65_535.0, 65_536.0, 1e15, -1e300, f64::NAN, f64::INFINITY, -0.0];
    let mut random = Random(2);
    let mut decoded = 0;
    for round in 0..200 {
        for op in 0..ops::OPS.len() {
            let mut words = vec![op as f64];
            words.extend((0..random.below(40)).map(|_| PIECES[random.below(if round % 2 == 0 { 3 } else { PIECES.len() })]));
            decoded += usize::from(wire::decode(&words).is_ok());
        }
    }
    assert!(decoded > 1000, "only {decoded} of the requests were of the form that decodes");
    assert!(wire::decode(&[]).is_err() && wire::decode(&[f64::NAN, 1.0]).is_err() && wire::decode(&[1e9]).is_err());
}

fn census(lines: usize) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/census/data/adult.data");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().take(lines).flat_map(|line| [line, "\n"]).collect::<String>().into_bytes()
}

const COLUMNS: &str = r#"["age","workclass","fnlwgt","education","educationNum","marital","occupation","relationship","race","sex","gain","loss","hours","country","income"]"#;

fn dataset(bytes: Vec<u8>) -> Result<Dataset> {
    let options = CsvOptions::from_json(&format!(r#"{{"columns": {COLUMNS}, "missing": "?"}}"#))?;
    let input = Input::Bytes { name: "adult.data".into(), bytes: bytes.into() };
    Ok(Dataset::new(Arc::new(CsvSource::from_inputs(options, vec![input])?)))
}

#[test]
fn any_change_to_the_census_file_gives_rows_or_an_error() {
    let bytes = census(60);
    assert_eq!(dataset(bytes.clone()).unwrap().read_all(0).unwrap().rows(), 60);
    let mut random = Random(3);
    for _ in 0..2000 {
        let rows = dataset(random.changed(&bytes)).and_then(|data| data.read_all(0));
        assert!(rows.map_or(0, |batch| batch.rows()) < 200);
    }
}

fn fitted(data: &Dataset) -> Encoder {
    let spec = r#"{"label": [], "features": [
        {"kind": "numeric", "name": "age", "column": "age", "scale": "standard"},
        {"kind": "numeric", "name": "ageBucket", "column": "age", "buckets": {"quantiles": 4}},
        {"kind": "categorical", "name": "workclass", "column": "workclass", "vocabulary": {"minCount": 2}, "outOfVocabulary": {"extra": 1}},
        {"kind": "categorical", "name": "country", "column": "country"},
        {"kind": "cross", "name": "both", "inputs": ["education", "occupation"], "buckets": 100},
        {"kind": "sequence", "name": "words", "column": "marital", "separator": "-", "maxLength": 3}
    ]}"#;
    Encoder::fit(&EncoderSpec::from_json(spec).unwrap(), &mut data.iter(0).unwrap()).unwrap()
}

#[test]
fn any_change_to_fitted_features_is_refused_or_still_encodes() {
    let data = dataset(census(100)).unwrap();
    let rows: Batch = data.read_all(0).unwrap();
    let json = fitted(&data).to_json().unwrap();
    Encoder::from_json(&json).unwrap().encode(&rows).unwrap();
    let mut random = Random(4);
    let mut read = 0;
    for _ in 0..4000 {
        let Ok(text) = String::from_utf8(random.changed(json.as_bytes())) else { continue };
        let Ok(encoder) = Encoder::from_json(&text) else { continue };
        read += 1;
        // A length that was made long is memory, not a mistake of the reader: leave it out.
        if encoder.layout().sequences.iter().all(|s| s.length < 1000) {
            let _ = encoder.encode(&rows);
        }
    }
    assert!(read > 50, "{read}");
}

#[test]
fn any_change_to_the_place_of_an_iterator_is_refused_or_goes_on() {
    let data = dataset(census(100)).unwrap();
    let data =
        data.step_json(r#"{"shuffle": {"seed": 1, "buffer": 32}}"#).unwrap().step_json(r#"{"batch": {"size": 7}}"#).unwrap();
    let mut iter = data.iter(2).unwrap();
    iter.next().unwrap();
    iter.next().unwrap();
    let json = iter.state().to_json().unwrap();
    let mut random = Random(5);
    for _ in 0..4000 {
        let Ok(text) = String::from_utf8(random.changed(json.as_bytes())) else { continue };
        let Ok(state) = IterState::from_json(&text) else { continue };
        let Ok(mut iter) = data.resume(&state) else { continue };
        // Few batches: a place may say that very many are left.
        for _ in 0..20 {
            if !matches!(iter.next(), Ok(Some(_))) {
                break;
            }
        }
    }
}
