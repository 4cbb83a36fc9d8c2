//! How fast rows are found, pooled and updated here: `cargo run --release -p talray-tables --example rows`.
//! Prints one line for each kind of work; an argument limits it to lines that contain it. Figures for one
//! thread count the time that it ran.

use std::sync::Arc;
use std::time::Instant;
use talray_core::DType;
use talray_core::expr::{Expr, Program};
use talray_core::rows::{RowLayout, RowRule, RowStore, RowView, SlotSpec, SlotWidth};
use talray_kernels_cpu::Pool;
use talray_kernels_cpu::rows::{DenseView, Extent, Feature, Integers, Lookup, RowKernel, RowUpdate, Touched, update_dense};
use talray_tables::{HashTable, Initializer, TableOptions};

const ROWS: usize = 1_000_000;
const WIDTH: usize = 64;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn unit(stream: u64, i: u64) -> f64 {
    (mix(mix(stream) + (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)) >> 11) as f64 / 9_007_199_254_740_992.0
}

fn zipf(u: f64, v: usize) -> u64 {
    let a = -0.05f64;
    let (lo, hi) = (0.5f64.powf(a), (v as f64 + 0.5).powf(a));
    let rank = ((lo + u * (hi - lo)).powf(1.0 / a) + 0.5).floor() as i64 - 1;
    (rank.clamp(0, v as i64 - 1) as u64 * 2_654_435_761) % v as u64
}

/// Seconds that this thread has run, so that what else the machine does counts less; the time of
/// day where the system does not say, or other threads work too.
fn clock(start: Instant) -> f64 {
    let own = || {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split(' ').next()?.parse::<f64>().ok().map(|ns| ns / 1e9)
    };
    let wall = || start.elapsed().as_secs_f64();
    if rayon::current_num_threads() == 1 { own().unwrap_or_else(wall) } else { wall() }
}

/// The least time of nine runs after one.
fn time(mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    work();
    let run = |_| {
        let before = clock(start);
        work();
        clock(start) - before
    };
    (0..9).map(run).fold(f64::INFINITY, f64::min)
}

fn slots(names: &[&str]) -> Vec<SlotSpec> {
    names.iter().map(|n| SlotSpec { name: (*n).into(), width: SlotWidth::Param, initial: 0.1 }).collect()
}

fn adagrad(layout: &RowLayout) -> RowKernel {
    let d = DType::F32;
    let [param, grad, sum, rate] = [0, 1, 2, 3].map(|i| Expr::input(i, d));
    let sum = &sum + &grad.square();
    let param = &param - &(&(&grad * &rate) / &(&sum + &sum.c(1e-7)).sqrt());
    RowKernel::new(RowRule::elementwise(Arc::new(Program::compile(&[d; 4], &[param, sum])), layout).expect("fits"), layout)
        .expect("runs")
}

fn lazy_adam(layout: &RowLayout) -> RowKernel {
    let d = DType::F32;
    let [param, grad, m, v, rate] = [0, 1, 2, 3, 4].map(|i| Expr::input(i, d));
    let m = &m + &(&(&grad - &m) * &m.c(0.1));
    let v = &v + &(&(&grad.square() - &v) * &v.c(0.001));
    let param = &param - &(&(&m * &rate) / &(&v.sqrt() + &v.c(1e-7)));
    RowKernel::new(RowRule::elementwise(Arc::new(Program::compile(&[d; 5], &[param, m, v])), layout).expect("fits"), layout)
        .expect("runs")
}

fn updates(pool: &Pool, report: &dyn Fn(&str, &mut dyn FnMut() -> (f64, &'static str))) {
    type Rule = fn(&RowLayout) -> RowKernel;
    for (name, names, rule) in [("adagrad", &["sum"][..], adagrad as Rule), ("lazy adam", &["m", "v"], lazy_adam)] {
        let n = 100_000;
        let keys: Vec<u64> = (0..n as u64).map(|i| (i * 7_919_317) % ROWS as u64).collect();
        let gradient: Vec<f32> = (0..n * WIDTH).map(|i| (i % 97) as f32 / 97.0 - 0.5).collect();
        report(&format!("update {name}, dense 1M x 64"), &mut || {
            let layout = RowLayout::new(WIDTH, slots(names), false).expect("fits");
            let kernel = rule(&layout);
            let mut fields = vec![vec![0.1f32; ROWS * WIDTH]; layout.fields()];
            let mut lookup = Lookup::new();
            let seconds = time(|| {
                let update = RowUpdate { kernel: &kernel, scalars: &[0.01], touched: Touched::Batch, step: 1 };
                let fields = fields.iter_mut().map(|f| &mut f[..]).collect();
                update_dense(&mut lookup, &layout, fields, Integers::U64(&keys), &gradient, update, pool).expect("updates");
            });
            (n as f64 / seconds / 1e6, "M rows/s")
        });
        for tracked in [false, true] {
            report(&format!("update {name}, hash 1M x 64, tracked {tracked}"), &mut || {
                let mut table = filled(names, tracked, pool);
                let kernel = rule(table.layout());
                let mut lookup = Lookup::new();
                lookup.train(n, &[Feature::single(0, Integers::U64(&keys))], &mut [&mut table], pool).expect("finds");
                let seconds = time(|| {
                    let update = RowUpdate { kernel: &kernel, scalars: &[0.01], touched: Touched::Batch, step: 1 };
                    lookup.update(&mut [&mut table], &gradient, &[Some(update)], pool).expect("updates");
                });
                (n as f64 / seconds / 1e6, "M rows/s")
            });
        }
    }
}

fn filled(names: &[&str], tracked: bool, pool: &Pool) -> HashTable<f32> {
    let options = TableOptions {
        slots: slots(names),
        tracked,
        initializer: Initializer::Constant { value: 0.1 },
        ..TableOptions::new("t", WIDTH)
    };
    let mut table = HashTable::new(options).expect("options are fine");
    let keys: Vec<u64> = (0..ROWS as u64).collect();
    Lookup::new().train(ROWS, &[Feature::single(0, Integers::U64(&keys))], &mut [&mut table], pool).expect("fits");
    table
}

fn lookups(pool: &Pool, report: &dyn Fn(&str, &mut dyn FnMut() -> (f64, &'static str))) {
    let batch = 2048;
    let tables: Vec<Vec<f32>> = vec![vec![0.5; ROWS * WIDTH]; 8];
    for (kind, pooling) in [("uniform", 1), ("uniform", 20), ("zipf", 1), ("zipf", 20)] {
        let keys: Vec<Vec<u64>> = (0..26u64)
            .map(|f| {
                let u = move |i| unit(f, i);
                (0..(batch * pooling) as u64)
                    .map(|i| if kind == "zipf" { zipf(u(i), ROWS) } else { (u(i) * ROWS as f64) as u64 })
                    .collect()
            })
            .collect();
        report(&format!("pooled lookup, 26 features of 1M x 64, {kind}, {pooling} keys"), &mut || {
            let views: Vec<DenseView<'_, f32>> = (0..26).map(|f| DenseView::new(&tables[f % 8], WIDTH).expect("fits")).collect();
            let views: Vec<&dyn RowView<f32>> = views.iter().map(|v| v as &dyn RowView<f32>).collect();
            let feature = |f: usize| Feature { extent: Extent::Fixed(pooling), ..Feature::single(f, Integers::U64(&keys[f])) };
            let features: Vec<_> = (0..26).map(feature).collect();
            let (mut lookup, mut output) = (Lookup::new(), vec![0.0; batch * 26 * WIDTH]);
            let seconds = time(|| {
                lookup.find(batch, &features, &views, pool).expect("finds");
                lookup.gather(&views, &mut output, pool).expect("gathers");
            });
            ((26 * batch * pooling * WIDTH * 4) as f64 / seconds / 1e9, "GB/s")
        });
    }
    report("pooled lookup, hash 1M x 64, zipf, 26 x 2048 keys", &mut || {
        let table = filled(&[], false, pool);
        let keys: Vec<u64> = (0..26 * 2048).map(|i| zipf(unit(1, i), ROWS)).collect();
        let feature = Feature { extent: Extent::Fixed(26), ..Feature::single(0, Integers::U64(&keys)) };
        let (mut lookup, mut output) = (Lookup::new(), vec![0.0; 2048 * WIDTH]);
        let seconds = time(|| {
            lookup.find(2048, &[feature], &[&table], pool).expect("finds");
            lookup.gather(&[&table], &mut output, pool).expect("gathers");
        });
        ((keys.len() * WIDTH * 4) as f64 / seconds / 1e9, "GB/s")
    });
}

fn keys(pool: &Pool, report: &dyn Fn(&str, &mut dyn FnMut() -> (f64, &'static str))) {
    let options = || TableOptions { initializer: Initializer::Zeros, tracked: false, ..TableOptions::new("keys", 1) };
    let all: Vec<u64> = (0..ROWS as u64).map(mix).collect();
    report("insert new keys, batches of 50,000", &mut || {
        let seconds = time(|| {
            let mut table = HashTable::<f32>::new(options()).expect("options are fine");
            let mut lookup = Lookup::new();
            for keys in all.chunks(50_000) {
                lookup.train(keys.len(), &[Feature::single(0, Integers::U64(keys))], &mut [&mut table], pool).expect("fits");
            }
        });
        (ROWS as f64 / seconds / 1e6, "M keys/s")
    });
    let mut table = HashTable::<f32>::new(options()).expect("options are fine");
    Lookup::new().train(ROWS, &[Feature::single(0, Integers::U64(&all))], &mut [&mut table], pool).expect("fits");
    let mut lookup = Lookup::new();
    report("find keys with duplicates removed, batches of 50,000", &mut || {
        let seconds = time(|| {
            for keys in all.chunks(50_000) {
                lookup.find(keys.len(), &[Feature::single(0, Integers::U64(keys))], &[&table], pool).expect("finds");
            }
        });
        (ROWS as f64 / seconds / 1e6, "M keys/s")
    });
    let mut rows = vec![0; ROWS];
    let mut shards = vec![0u16; ROWS];
    table.route(&all, &mut shards).expect("any key is fine");
    let by_shard: Vec<Vec<u64>> = (0..table.shards())
        .map(|s| all.iter().zip(&shards).filter(|(_, of)| usize::from(**of) == s).map(|(k, _)| *k).collect())
        .collect();
    report("probe one shard after another", &mut || {
        let seconds = time(|| by_shard.iter().enumerate().for_each(|(s, keys)| table.find(s, keys, &mut rows[..keys.len()])));
        (ROWS as f64 / seconds / 1e6, "M keys/s")
    });
}

fn main() {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let threads: Vec<usize> = std::env::args().nth(2).map_or(vec![1, 2], |n| vec![n.parse().expect("a number of threads")]);
    for threads in threads {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
        pool.install(|| {
            let report = |name: &str, work: &mut dyn FnMut() -> (f64, &'static str)| {
                if name.contains(&wanted) {
                    let (value, unit) = work();
                    println!("{threads} thread(s)  {name}: {value:.2} {unit}");
                }
            };
            keys(&Pool::current(), &report);
            updates(&Pool::current(), &report);
            lookups(&Pool::current(), &report);
        });
    }
}
