//! Rows a second of reading and encoding Criteo-shaped rows (13 numbers, 26 ids, a label).
//! `cargo bench -p talray-data [ROWS]`; prints one JSON object a line.

use arrow_array::RecordBatch;
use arrow_array::{ArrayRef, Float32Array, Int64Array};
use parquet::arrow::ArrowWriter;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;
use talray_data::hash::{mix, unit};
use talray_data::{CsvOptions, Dataset, Encoder, EncoderSpec, OneOrMany, ParquetOptions};

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
const SIZES: [u64; 26] = [
    1460, 583, 1_000_000, 1_000_000, 305, 24, 12_517, 633, 3, 93_145, 5683, 1_000_000, 3194, 27, 14_992, 1_000_000, 10, 5652,
    2173, 4, 1_000_000, 18, 15, 286_181, 105, 142_572,
];

fn uniform(stream: u64, row: u64) -> f64 {
    let seed = mix((2021 * u128::from(GOLDEN)) as u64 + stream);
    unit(mix(seed.wrapping_add((row + 1).wrapping_mul(GOLDEN))))
}

fn zipf_id(u: f64, size: u64) -> i64 {
    let a = 1.0 - 1.05;
    let (lo, hi) = (0.5f64.powf(a), (size as f64 + 0.5).powf(a));
    let x = (lo + u * (hi - lo)).powf(1.0 / a);
    let rank = ((x + 0.5).floor() - 1.0).clamp(0.0, size as f64 - 1.0) as u64;
    ((rank * 2_654_435_761) % size) as i64
}

struct Rows {
    labels: Vec<i64>,
    dense: Vec<Vec<f32>>,
    ids: Vec<Vec<i64>>,
}

fn criteo(count: u64) -> Rows {
    Rows {
        labels: (0..count).map(|i| i64::from(uniform(300, i) < 0.25)).collect(),
        dense: (0..13).map(|j| (0..count).map(|i| uniform(100 + j, i) as f32).collect()).collect(),
        ids: (0..26).map(|f| (0..count).map(|i| zipf_id(uniform(200 + f, i), SIZES[f as usize])).collect()).collect(),
    }
}

fn names() -> Vec<String> {
    let dense = (0..13).map(|j| format!("d{j}"));
    std::iter::once("label".to_string()).chain(dense).chain((0..26).map(|f| format!("c{f}"))).collect()
}

fn write_csv(rows: &Rows, path: &str) {
    let mut text = names().join(",") + "\n";
    for i in 0..rows.labels.len() {
        write!(text, "{}", rows.labels[i]).unwrap();
        rows.dense.iter().for_each(|d| write!(text, ",{}", d[i]).unwrap());
        rows.ids.iter().for_each(|c| write!(text, ",{}", c[i]).unwrap());
        text.push('\n');
    }
    std::fs::write(path, text).unwrap();
}

fn write_parquet(rows: &Rows, path: &str) {
    let mut columns: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(rows.labels.clone()))];
    columns.extend(rows.dense.iter().map(|d| Arc::new(Float32Array::from(d.clone())) as ArrayRef));
    columns.extend(rows.ids.iter().map(|c| Arc::new(Int64Array::from(c.clone())) as ArrayRef));
    let batch = RecordBatch::try_from_iter(names().into_iter().zip(columns)).unwrap();
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn report(name: &str, rows: u64, mut work: impl FnMut() -> usize) {
    let seconds = (0..5)
        .map(|_| {
            let start = Instant::now();
            assert_eq!(work() as u64, rows);
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min);
    println!("{}", serde_json::json!({ "name": name, "unit": "rows/s", "ours": (rows as f64 / seconds).round() }));
}

fn count(data: &Dataset) -> usize {
    let mut iter = data.iter(0).unwrap();
    let mut rows = 0;
    while let Some(batch) = iter.next().unwrap() {
        rows += batch.rows();
    }
    rows
}

fn main() {
    let rows = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(200_000);
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let made = criteo(rows);
    assert_eq!(made.ids[0][0], 708, "the recipe");
    write_csv(&made, &path("rows.csv"));
    write_parquet(&made, &path("rows.parquet"));
    drop(made);
    let csv = Dataset::csv(CsvOptions::new(OneOrMany::One(path("rows.csv")))).unwrap();
    let parquet = Dataset::parquet(ParquetOptions::new(OneOrMany::One(path("rows.parquet")))).unwrap();
    let features: Vec<serde_json::Value> = (0..13)
        .map(|j| serde_json::json!({ "kind": "numeric", "column": format!("d{j}"), "scale": "standard" }))
        .chain((0..26).map(|f| serde_json::json!({ "kind": "categorical", "column": format!("c{f}") })))
        .collect();
    let spec = serde_json::json!({ "features": features, "label": "label" }).to_string();
    let spec = EncoderSpec::from_json(&spec).unwrap();
    let encoder = Arc::new(Encoder::fit(&spec, &mut csv.clone().take(10_000).unwrap().iter(0).unwrap()).unwrap());
    for (name, data) in [("csv", csv), ("parquet", parquet)] {
        report(&format!("read_{name}"), rows, || count(&data));
        let batched = data.batch(2048).unwrap();
        report(&format!("read_{name}_batch_encode_here"), rows, || {
            let mut iter = batched.iter(0).unwrap();
            let mut rows = 0;
            while let Some(batch) = iter.next().unwrap() {
                rows += encoder.encode(&batch).unwrap().rows;
            }
            rows
        });
        report(&format!("read_{name}_batch_encode_ahead"), rows, || {
            let mut iter = batched.encoded(encoder.clone(), 0, None, 4).unwrap();
            let mut rows = 0;
            while let Some(batch) = iter.next().unwrap() {
                rows += batch.rows;
            }
            rows
        });
    }
}
