//! Embedding tables: keys found and made, rows looked up, pooled and updated, at the crates' own doors.

use crate::protocol::{Case, Flags, run};
use serde_json::{Value, json};
use std::sync::Arc;
use talray_core::DType;
use talray_core::expr::{Expr, Program};
use talray_core::rows::{RowLayout, RowRule, RowView, SlotSpec, SlotWidth};
use talray_kernels_cpu::Pool;
use talray_kernels_cpu::rows::{Extent, Feature, Integers, Lookup, RowKernel, RowUpdate, Touched};
use talray_runtime::{Error, Result};
use talray_tables::{HashTable, Initializer, TableOptions};

/// `tables --work WORK --rows N --width W --batch B --keys K --threads T`: with an open table of N rows of W numbers,
/// - `insert`: M keys/s made in a table that grows from nothing, B at a time;
/// - `find`: M keys/s found, B at a time, all different;
/// - `lookup`: M keys/s whose vectors are summed by rows of K, keys drawn as clicks are (few are frequent);
/// - `adagrad`, `adam`: M rows/s updated, B different keys at a time.
///
/// # Errors
/// Other work, and what tables refuse.
pub fn main(flags: &Flags) -> Result<()> {
    let number = |name, default| flags.number(name, default) as usize;
    let params = json!({
        "work": flags.text("work").unwrap_or("lookup"),
        "rows": number("rows", 1e6),
        "width": number("width", 64.0),
        "batch": number("batch", 53_248.0),
        "keys": number("keys", 26.0),
    });
    let threads = number("threads", 1.0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|e| Error::internal(e.to_string()))?;
    pool.install(|| run(flags, params, case))
}

fn case(params: &Value) -> Result<Case> {
    let size = |name: &str| params.get(name).and_then(Value::as_u64).unwrap_or(1).max(1) as usize;
    let (rows, width, batch) = (size("rows"), size("width"), size("batch").min(size("rows")));
    match params.get("work").and_then(Value::as_str) {
        Some("insert") => insert(rows, width, batch),
        Some("find") => find(rows, width, batch),
        Some("lookup") => lookup(rows, width, batch, size("keys")),
        Some("adagrad") => update(rows, width, batch, &["sum"], adagrad),
        Some("adam") => update(rows, width, batch, &["m", "v"], lazy_adam),
        other => Err(Error::option(format!("--work: expected insert, find, lookup, adagrad or adam, received {other:?}"))),
    }
}

/// A case that does `count` things a call.
fn per_second(count: usize, unit: &'static str, step: impl FnMut() -> Result<()> + 'static) -> Result<Case> {
    Ok(Case { step: Box::new(step), value: Box::new(move |seconds| count as f64 / seconds / 1e6), unit, about: Value::Null })
}

fn insert(rows: usize, width: usize, batch: usize) -> Result<Case> {
    let (all, pool) = (mixed(rows), Pool::current());
    per_second(rows, "M keys/s", move || {
        let mut table = HashTable::<f32>::new(options(width, &[], Initializer::Zeros))?;
        let mut lookup = Lookup::new();
        for keys in all.chunks(batch) {
            lookup.train(keys.len(), &[Feature::single(0, Integers::U64(keys))], &mut [&mut table], &pool)?;
        }
        Ok(())
    })
}

fn find(rows: usize, width: usize, batch: usize) -> Result<Case> {
    let (all, pool) = (mixed(rows), Pool::current());
    let table = filled(&all, width, &[], &pool)?;
    let mut lookup = Lookup::new();
    per_second(rows, "M keys/s", move || {
        for keys in all.chunks(batch) {
            lookup.find(keys.len(), &[Feature::single(0, Integers::U64(keys))], &[&table], &pool)?;
        }
        Ok(())
    })
}

fn lookup(rows: usize, width: usize, batch: usize, each: usize) -> Result<Case> {
    let (all, pool) = (mixed(rows), Pool::current());
    let table = filled(&all, width, &[], &pool)?;
    let pooled = (batch / each).max(1);
    let keys: Vec<u64> = (0..pooled * each).map(|i| all[ranked(unit(i as u64), rows)]).collect();
    let (mut lookup, mut output) = (Lookup::new(), vec![0.0; pooled * width]);
    per_second(keys.len(), "M keys/s", move || {
        let feature = Feature { extent: Extent::Fixed(each), ..Feature::single(0, Integers::U64(&keys)) };
        lookup.find(pooled, &[feature], &[&table], &pool)?;
        lookup.gather(&[&table], &mut output, &pool)
    })
}

fn update(rows: usize, width: usize, batch: usize, slots: &[&str], rule: fn(&RowLayout) -> Result<RowKernel>) -> Result<Case> {
    let (all, pool) = (mixed(rows), Pool::current());
    let mut table = filled(&all, width, slots, &pool)?;
    let kernel = rule(table.layout())?;
    // Keys in no order of the table, each once.
    let keys: Vec<u64> = (0..batch).map(|i| all[(i * 7_919_317) % rows]).collect();
    let gradient: Vec<f32> = (0..batch * width).map(|i| (i % 97) as f32 / 97.0 - 0.5).collect();
    let mut lookup = Lookup::new();
    per_second(batch, "M rows/s", move || {
        lookup.train(batch, &[Feature::single(0, Integers::U64(&keys))], &mut [&mut table], &pool)?;
        let update = RowUpdate { kernel: &kernel, scalars: &[0.01], touched: Touched::Batch, step: 1 };
        lookup.update(&mut [&mut table], &gradient, &[Some(update)], &pool)
    })
}

fn options(width: usize, slots: &[&str], initializer: Initializer) -> TableOptions {
    let slot = |name: &&str| SlotSpec { name: (*name).into(), width: SlotWidth::Param, initial: 0.1 };
    TableOptions { slots: slots.iter().map(slot).collect(), initializer, ..TableOptions::new("bench", width) }
}

fn filled(keys: &[u64], width: usize, slots: &[&str], pool: &Pool) -> Result<HashTable<f32>> {
    let mut table = HashTable::new(options(width, slots, Initializer::Constant { value: 0.1 }))?;
    Lookup::new().train(keys.len(), &[Feature::single(0, Integers::U64(keys))], &mut [&mut table], pool)?;
    Ok(table)
}

fn adagrad(layout: &RowLayout) -> Result<RowKernel> {
    let d = DType::F32;
    let [param, grad, sum, rate] = [0, 1, 2, 3].map(|i| Expr::input(i, d));
    let sum = &sum + &grad.square();
    let param = &param - &(&(&grad * &rate) / &(&sum + &sum.c(1e-7)).sqrt());
    RowKernel::new(RowRule::elementwise(Arc::new(Program::compile(&[d; 4], &[param, sum])), layout)?, layout)
}

fn lazy_adam(layout: &RowLayout) -> Result<RowKernel> {
    let d = DType::F32;
    let [param, grad, m, v, rate] = [0, 1, 2, 3, 4].map(|i| Expr::input(i, d));
    let m = &m + &(&(&grad - &m) * &m.c(0.1));
    let v = &v + &(&(&grad.square() - &v) * &v.c(0.001));
    let param = &param - &(&(&m * &rate) / &(&v.sqrt() + &v.c(1e-7)));
    RowKernel::new(RowRule::elementwise(Arc::new(Program::compile(&[d; 5], &[param, m, v])), layout)?, layout)
}

/// Different keys all over the 64 bits.
fn mixed(rows: usize) -> Vec<u64> {
    (0..rows as u64).map(mix).collect()
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn unit(i: u64) -> f64 {
    (mix(mix(1) + (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)) >> 11) as f64 / 9_007_199_254_740_992.0
}

/// A row by its rank in a law of exponent 1.05, as ids of clicks have; frequent rows do not lie beside each other.
fn ranked(u: f64, rows: usize) -> usize {
    let a = -0.05f64;
    let (lo, hi) = (0.5f64.powf(a), (rows as f64 + 0.5).powf(a));
    let rank = ((lo + u * (hi - lo)).powf(1.0 / a) + 0.5).floor() as i64 - 1;
    (rank.clamp(0, rows as i64 - 1) as u64 * 2_654_435_761 % rows as u64) as usize
}
