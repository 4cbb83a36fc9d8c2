//! Grouped lookups and row updates over tables and arrays, against plain loops over a map.

use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use talray_core::expr::{Expr, Program};
use talray_core::rows::{RowElement, RowLayout, RowRule, RowSink, RowSource, RowStage, RowStore, RowView, SlotSpec, SlotWidth};
use talray_core::{Code, DType};
use talray_kernels_cpu::Pool;
use talray_kernels_cpu::rows::{
    DenseView, Extent, Feature, Integers, Lookup, Pooling, RowFloat, RowKernel, RowUpdate, Touched, update_dense,
};
use talray_tables::{ArrayTable, HashTable, TableOptions, rows};

const POOL: Pool = Pool::serial();

fn slot(name: &str, width: SlotWidth, initial: f64) -> SlotSpec {
    SlotSpec { name: name.into(), width, initial }
}

fn options(width: usize, slots: Vec<SlotSpec>) -> TableOptions {
    TableOptions { slots, shards: 4, ..TableOptions::new("t", width) }
}

/// Adagrad: scalars are the rate and epsilon.
fn adagrad(layout: &RowLayout, d: DType) -> RowKernel {
    let [param, grad, sum, rate, epsilon] = [0, 1, 2, 3, 4].map(|i| Expr::input(i, d));
    let sum = sum + grad.square();
    let param = param - (grad * rate) / (&sum + &epsilon).sqrt();
    let program = Program::compile(&[d; 5], &[param, sum]);
    RowKernel::new(RowRule::elementwise(Arc::new(program), layout).unwrap(), layout).unwrap()
}

/// Leaves the vector as it is and puts the gradient into the slot.
fn record(layout: &RowLayout, d: DType) -> RowKernel {
    let program = Program::compile(&[d; 3], &[Expr::input(0, d), Expr::input(1, d)]);
    RowKernel::new(RowRule::elementwise(Arc::new(program), layout).unwrap(), layout).unwrap()
}

fn lazy<'a, T>(kernel: &'a RowKernel, scalars: &'a [T]) -> RowUpdate<'a, T> {
    RowUpdate { kernel, scalars, touched: Touched::Batch, step: 1 }
}

fn gathered<T: RowFloat>(lookup: &Lookup<T>, tables: &[&dyn RowView<T>]) -> Vec<T> {
    let mut output = vec![T::from_f64_exact(f64::NAN); lookup.rows() * lookup.columns()];
    lookup.gather(tables, &mut output, &POOL).unwrap();
    output
}

trait Exact {
    fn from_f64_exact(x: f64) -> Self;
}
impl<T: RowElement> Exact for T {
    fn from_f64_exact(x: f64) -> T {
        <T as RowElement>::from_f64(x)
    }
}

fn content<T: RowElement>(all: impl Iterator<Item = talray_tables::Row<T>>) -> BTreeMap<u64, (Vec<T>, u32, u32)> {
    all.map(|r| (r.key, (r.values, r.frequency, r.version))).collect()
}

#[derive(Clone, Debug)]
struct Batch {
    single: Vec<u64>,
    flat: Vec<i32>,
    ragged: Vec<Vec<(u64, f32)>>,
}

fn batch() -> impl Strategy<Value = Batch> {
    (1usize..12).prop_flat_map(|rows| {
        let many = proptest::collection::vec((0u64..30, 0.5f32..2.0), 0..6);
        (
            proptest::collection::vec(0u64..30, rows),
            proptest::collection::vec(-5i32..25, rows * 2),
            proptest::collection::vec(many, rows),
        )
            .prop_map(|(single, flat, ragged)| Batch { single, flat, ragged })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn lookups_and_updates_are_those_of_a_map(batches in proptest::collection::vec(batch(), 1..8), width in 1usize..20) {
        let mut table = HashTable::<f32>::new(options(width, vec![slot("sum", SlotWidth::Param, 0.1)])).unwrap();
        let kernel = adagrad(table.layout(), DType::F32);
        let mut model: HashMap<u64, (Vec<f32>, Vec<f32>, u32, u32)> = HashMap::new();
        let mut lookup = Lookup::new();
        for (step, b) in batches.iter().enumerate() {
            let n = b.single.len();
            let keys: Vec<u64> = b.ragged.iter().flatten().map(|(k, _)| *k).collect();
            let weights: Vec<f32> = b.ragged.iter().flatten().map(|(_, w)| *w).collect();
            let mut offsets = vec![0i64];
            b.ragged.iter().for_each(|r| offsets.push(offsets[offsets.len() - 1] + r.len() as i64));
            let features = [
                Feature::single(0, Integers::U64(&b.single)),
                Feature { extent: Extent::Fixed(2), pooling: Pooling::Flat, ..Feature::single(0, Integers::I32(&b.flat)) },
                Feature {
                    extent: Extent::Ragged(Integers::I64(&offsets)),
                    weights: Some(&weights),
                    default: Some(7),
                    ..Feature::single(0, Integers::U64(&keys))
                },
            ];
            lookup.train(n, &features, &mut [&mut table], &POOL).unwrap();
            prop_assert_eq!(lookup.columns(), 4 * width);
            // Positions as (row, column, key, weight), in order.
            let mut positions: Vec<(usize, usize, u64, f32)> = Vec::new();
            positions.extend(b.single.iter().enumerate().map(|(r, k)| (r, 0, *k, 1.0)));
            positions.extend(b.flat.iter().enumerate().map(|(i, k)| (i / 2, width * (1 + i % 2), i64::from(*k) as u64, 1.0)));
            for (r, many) in b.ragged.iter().enumerate() {
                let many = if many.is_empty() { vec![(7, 1.0)] } else { many.clone() };
                positions.extend(many.iter().map(|(k, w)| (r, 3 * width, *k, *w)));
            }
            let mut expected = vec![0.0f32; n * 4 * width];
            let mut seen = vec![false; n * 4 * width];
            for (r, c, key, w) in &positions {
                let mut fresh = vec![0.0; width];
                table.absent(&[*key], &mut fresh);
                let (vector, ..) = model.entry(*key).or_insert((fresh, vec![0.1; width], 0, 0));
                for (j, v) in vector.iter().enumerate() {
                    let at = r * 4 * width + c + j;
                    expected[at] = if seen[at] { expected[at] + v * w } else { v * w };
                    seen[at] = true;
                }
            }
            prop_assert_eq!(gathered(&lookup, &[&table]), expected.clone());
            prop_assert_eq!(table.len(), model.len());
            let gradient: Vec<f32> = (0..expected.len()).map(|i| ((i * 37 + step * 11) % 101) as f32 / 50.0 - 1.0).collect();
            let mut sums: BTreeMap<u64, (Vec<f32>, u32)> = BTreeMap::new();
            for (r, c, key, w) in &positions {
                let g = &gradient[r * 4 * width + c..][..width];
                let scaled = g.iter().map(|g| g * w);
                match sums.get_mut(key) {
                    None => drop(sums.insert(*key, (scaled.collect(), 1))),
                    Some((sum, count)) => {
                        sum.iter_mut().zip(scaled).for_each(|(s, g)| *s += g);
                        *count += 1;
                    }
                }
            }
            for (key, (sum, count)) in sums {
                let (vector, state, frequency, version) = model.get_mut(&key).unwrap();
                for j in 0..width {
                    state[j] += sum[j] * sum[j];
                    vector[j] -= (sum[j] * 0.05) / (state[j] + 1e-7).sqrt();
                }
                (*frequency, *version) = (*frequency + count, step as u32);
            }
            let update = RowUpdate { step: step as u32, ..lazy(&kernel, &[0.05, 1e-7]) };
            lookup.update(&mut [&mut table], &gradient, &[Some(update)], &POOL).unwrap();
            let expected: BTreeMap<u64, (Vec<f32>, u32, u32)> =
                model.iter().map(|(k, (v, s, f, step))| (*k, ([&v[..], s].concat(), *f, *step))).collect();
            prop_assert_eq!(content(rows(&table)), expected);
        }
    }
}

fn keys(n: usize, seed: u64) -> Vec<u64> {
    (0..n as u64).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ seed).rotate_left(17) % 3000).collect()
}

#[test]
fn threads_do_not_change_bits() {
    let train = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut a = HashTable::<f32>::new(options(9, vec![slot("sum", SlotWidth::Param, 0.1)])).unwrap();
            let mut b = ArrayTable::<f32>::new(options(4, vec![slot("sum", SlotWidth::Param, 0.1)]), 3000).unwrap();
            let (ka, kb) = (adagrad(a.layout(), DType::F32), adagrad(b.layout(), DType::F32));
            let (mut lookup, pool, mut outputs) = (Lookup::new(), Pool::current(), Vec::new());
            for step in 0..4u64 {
                let [x, y, z] = [1, 2, 3].map(|i| keys(5 * 700, step * 10 + i));
                let many =
                    |t, keys, pooling| Feature { extent: Extent::Fixed(5), pooling, ..Feature::single(t, Integers::U64(keys)) };
                let features = [many(0, &x, Pooling::Mean), many(1, &y, Pooling::Sqrtn), many(0, &z, Pooling::Sum)];
                lookup.train(700, &features, &mut [&mut a, &mut b], &pool).unwrap();
                let mut output = vec![0.0; 700 * lookup.columns()];
                lookup.gather(&[&a, &b], &mut output, &pool).unwrap();
                let gradient: Vec<f32> = output.iter().map(|x| (x * 100.0).sin()).collect();
                let updates = [Some(lazy(&ka, &[0.1, 1e-7])), Some(lazy(&kb, &[0.2, 1e-7]))];
                lookup.update(&mut [&mut a, &mut b], &gradient, &updates, &pool).unwrap();
                outputs.push(output);
            }
            (outputs, content(rows(&a)), content(rows(&b)))
        })
    };
    let one = train(1);
    assert!(one == train(2));
    assert!(one == train(8));
}

#[test]
fn lookups_outside_training_change_nothing() {
    let mut table = HashTable::<f32>::new(options(5, vec![])).unwrap();
    let known = keys(50, 1);
    let mut lookup = Lookup::new();
    lookup.train(50, &[Feature::single(0, Integers::U64(&known))], &mut [&mut table], &POOL).unwrap();
    let before = content(rows(&table));
    let asked: Vec<u64> = keys(80, 1).into_iter().chain(5000..5020).chain(5000..5020).collect();
    lookup.find(120, &[Feature::single(0, Integers::U64(&asked))], &[&table], &POOL).unwrap();
    let output = gathered(&lookup, &[&table]);
    for (key, vector) in asked.iter().zip(output.chunks(5)) {
        let mut expected = vec![0.0; 5];
        table.absent(&[*key], &mut expected);
        assert_eq!(vector, expected);
    }
    assert_eq!(content(rows(&table)), before);
    let kernel = RowKernel::new(
        RowRule::elementwise(Arc::new(Program::compile(&[DType::F32; 2], &[Expr::input(1, DType::F32)])), table.layout())
            .unwrap(),
        table.layout(),
    )
    .unwrap();
    let e = lookup.update(&mut [&mut table], &output, &[Some(lazy(&kernel, &[]))], &POOL).unwrap_err();
    assert_eq!(e.code, Code::Internal);
    assert_eq!(content(rows(&table)), before);
}

#[test]
fn a_foreseen_batch_makes_its_rows_at_the_update() {
    let make = || HashTable::<f32>::new(options(5, vec![slot("sum", SlotWidth::Param, 0.1)])).unwrap();
    let (mut early, mut late) = (make(), make());
    let kernel = adagrad(early.layout(), DType::F32);
    let (mut a, mut b) = (Lookup::new(), Lookup::new());
    for step in 0..4 {
        let numbers = keys(300, step);
        let features = [Feature::single(0, Integers::U64(&numbers))];
        a.train(300, &features, &mut [&mut early], &POOL).unwrap();
        let before = content(rows(&late));
        b.foresee(300, &features, &[&late], &POOL).unwrap();
        assert_eq!(content(rows(&late)), before);
        let output = gathered(&b, &[&late]);
        assert_eq!(output, gathered(&a, &[&early]));
        let update = || lazy(&kernel, &[0.1, 1e-7]);
        a.update(&mut [&mut early], &output, &[Some(update())], &POOL).unwrap();
        b.update_one(0, &mut late, &output, update(), &POOL).unwrap();
        assert_eq!(content(rows(&late)), content(rows(&early)));
    }
}

/// The recorded row gradient against central differences of `Σ output · c`.
#[test]
fn row_gradients_are_those_of_the_lookup() {
    let numbers: Vec<u64> = vec![3, 1, 3, 0, 2, 2, 2, 1];
    let offsets = [0i32, 3, 3, 4, 8];
    let weights = [0.5, 2.0, 1.0, 3.0, 0.25, 1.0, 1.5, 2.0];
    for pooling in [Pooling::Sum, Pooling::Mean, Pooling::Sqrtn] {
        for (weights, max_norm, default) in [
            (None, None, None),
            (Some(&weights[..]), None, Some(0)),
            (Some(&weights[..]), Some(0.08), None),
            (None, Some(0.05), Some(3)),
        ] {
            let mut table = ArrayTable::<f64>::new(options(3, vec![slot("g", SlotWidth::Param, 0.0)]), 4).unwrap();
            let feature = Feature {
                extent: Extent::Ragged(Integers::I32(&offsets)),
                pooling,
                weights,
                max_norm,
                default,
                ..Feature::single(0, Integers::U64(&numbers))
            };
            let features = [feature, Feature::single(0, Integers::U64(&numbers[..4]))];
            let mut lookup = Lookup::new();
            lookup.train(4, &features, &mut [&mut table], &POOL).unwrap();
            let c: Vec<f64> = (0..4 * lookup.columns()).map(|i| ((i * 7) % 11) as f64 - 4.0).collect();
            let kernel = record(table.layout(), DType::F64);
            lookup.update(&mut [&mut table], &c, &[Some(lazy(&kernel, &[]))], &POOL).unwrap();
            let got = content(rows(&table));
            for key in 0..4u32 {
                for j in 0..3 {
                    let mut vector = got[&u64::from(key)].0[..3].to_vec();
                    let base = vector[j];
                    let mut loss = |x: f64| {
                        vector[j] = x;
                        table.shards_mut()[key as usize].store(0, &[0], &vector);
                        gathered(&lookup, &[&table]).iter().zip(&c).map(|(a, b)| a * b).sum::<f64>()
                    };
                    let numeric = (loss(base + 1e-6) - loss(base - 1e-6)) / 2e-6;
                    loss(base);
                    let exact = got[&u64::from(key)].0[3 + j];
                    assert!(
                        (numeric - exact).abs() < 1e-6 * exact.abs().max(1.0),
                        "{pooling:?} {max_norm:?}: {numeric} and {exact}"
                    );
                }
            }
        }
    }
}

#[test]
fn pooling_follows_its_formula() {
    let table = ArrayTable::<f64>::new(options(2, vec![]), 5).unwrap();
    let v = |k: u64| -> Vec<f64> { content(rows(&table))[&k].0.clone() };
    let (numbers, weights) = ([4u64, 0, 1], [2.0, 3.0, 0.5]);
    let pooled = |pooling, weights, extent| {
        let mut lookup = Lookup::new();
        let feature = Feature { extent, pooling, weights, ..Feature::single(0, Integers::U64(&numbers)) };
        lookup.find(if let Extent::Fixed(_) = extent { 1 } else { 2 }, &[feature], &[&table], &POOL).unwrap();
        gathered(&lookup, &[&table])
    };
    let combine =
        |w: [f64; 3], d: f64| (0..2).map(|j| (v(4)[j] * w[0] + v(0)[j] * w[1] + v(1)[j] * w[2]) / d).collect::<Vec<f64>>();
    let all = Extent::Fixed(3);
    assert_eq!(pooled(Pooling::Sum, None, all), combine([1.0; 3], 1.0));
    assert_eq!(pooled(Pooling::Mean, None, all), combine([1.0; 3], 3.0));
    assert_eq!(pooled(Pooling::Sqrtn, None, all), combine([1.0; 3], 3f64.sqrt()));
    assert_eq!(pooled(Pooling::Mean, Some(&weights[..]), all), combine(weights, 5.5));
    assert_eq!(pooled(Pooling::Sqrtn, Some(&weights[..]), all), combine(weights, 13.25f64.sqrt()));
    assert_eq!(pooled(Pooling::Flat, None, all), [v(4), v(0), v(1)].concat());
    let offsets = [0i64, 0, 3];
    let ragged = Extent::Ragged(Integers::I64(&offsets));
    assert_eq!(pooled(Pooling::Mean, None, ragged), [vec![0.0; 2], combine([1.0; 3], 3.0)].concat());
}

/// Row-wise Adagrad keeps the mean square of each row; its rule sums over the row in between.
#[test]
fn rules_may_sum_over_a_row() {
    let d = DType::F64;
    let mut table = HashTable::<f64>::new(options(6, vec![slot("square", SlotWidth::Row, 0.5)])).unwrap();
    let [a, b, c, e] = [0, 1, 2, 3].map(|i| Expr::input(i, d));
    let first = RowStage {
        program: Arc::new(Program::compile(&[d], &[a.square()])),
        inputs: vec![RowSource::Grad],
        outputs: vec![RowSink::RowSum(0)],
    };
    let square = &c + &(&e / &e.c(6.0));
    let second = RowStage {
        program: Arc::new(Program::compile(&[d; 4], &[&a - &(&b / &square.sqrt()), square.clone()])),
        inputs: vec![RowSource::Param, RowSource::Grad, RowSource::Slot(0), RowSource::RowSum(0)],
        outputs: vec![RowSink::Param, RowSink::Slot(0)],
    };
    let varying = RowStage { outputs: vec![RowSink::Slot(0), RowSink::Param], ..second.clone() };
    assert_eq!(RowRule::new(vec![first.clone(), varying], table.layout()).err().map(|e| e.code), Some(Code::Option));
    assert_eq!(RowRule::new(vec![second.clone(), first.clone()], table.layout()).err().map(|e| e.code), Some(Code::Option));
    let kernel = RowKernel::new(RowRule::new(vec![first, second], table.layout()).unwrap(), table.layout()).unwrap();
    let numbers = keys(40, 3);
    let mut lookup = Lookup::new();
    lookup.train(40, &[Feature::single(0, Integers::U64(&numbers))], &mut [&mut table], &POOL).unwrap();
    let before = content(rows(&table));
    let gradient: Vec<f64> = (0..240).map(|i| f64::from(i).sin()).collect();
    lookup.update(&mut [&mut table], &gradient, &[Some(lazy(&kernel, &[]))], &POOL).unwrap();
    for (key, (values, ..)) in content(rows(&table)) {
        let mut g = [0.0; 6];
        for (i, _) in numbers.iter().enumerate().filter(|(_, k)| **k == key) {
            g.iter_mut().zip(&gradient[i * 6..]).for_each(|(s, x)| *s += x);
        }
        let square = 0.5 + g.iter().map(|x| x * x).sum::<f64>() / 6.0;
        assert!((values[6] - square).abs() < 1e-12);
        for j in 0..6 {
            assert!((values[j] - (before[&key].0[j] - g[j] / square.sqrt())).abs() < 1e-12);
        }
    }
}

fn dense_model(param: &mut [f32], sum: &mut [f32], width: usize, ids: &[i32], grads: &[f32], every: bool) {
    for row in 0..param.len() / width {
        let mut g = vec![0.0f32; width];
        let mine: Vec<usize> = (0..ids.len()).filter(|i| ids[*i] as usize == row).collect();
        for (n, i) in mine.iter().enumerate() {
            let x = &grads[i * width..(i + 1) * width];
            g.iter_mut().zip(x).for_each(|(s, x)| *s = if n == 0 { *x } else { *s + x });
        }
        if every || !mine.is_empty() {
            for (j, g) in g.iter().enumerate() {
                let at = row * width + j;
                // The decay moves rows without a gradient too, so that `every` shows.
                sum[at] = sum[at] * 0.5 + g * g;
                param[at] -= g * 0.1 + sum[at] * 0.01;
            }
        }
    }
}

#[test]
fn arrays_are_updated_like_tables() {
    let (d, vocabulary, width) = (DType::F32, 2000, 7);
    let layout = RowLayout::new(width, vec![slot("sum", SlotWidth::Param, 0.0)], false).unwrap();
    let [p, g, s] = [0, 1, 2].map(|i| Expr::input(i, d));
    let sum = &(&s * &s.c(0.5)) + &g.square();
    let param = &p - &(&(&g * &g.c(0.1)) + &(&sum * &sum.c(0.01)));
    let program = Program::compile(&[d; 3], &[param, sum]);
    let kernel = RowKernel::new(RowRule::elementwise(Arc::new(program), &layout).unwrap(), &layout).unwrap();
    let ids: Vec<i32> = keys(900, 5).iter().map(|k| (*k % 2000) as i32).collect();
    let grads: Vec<f32> = (0..ids.len() * width).map(|i| (i as f32).sin()).collect();
    for touched in [Touched::Batch, Touched::Every] {
        let mut param: Vec<f32> = (0..vocabulary * width).map(|i| (i as f32).cos()).collect();
        let mut sum = vec![0.25; param.len()];
        let (mut expected, mut expected_sum) = (param.clone(), sum.clone());
        let mut lookup = Lookup::new();
        for _ in 0..2 {
            let update = RowUpdate { touched, ..lazy(&kernel, &[]) };
            update_dense(&mut lookup, &layout, vec![&mut param, &mut sum], Integers::I32(&ids), &grads, update, &POOL).unwrap();
            dense_model(&mut expected, &mut expected_sum, width, &ids, &grads, touched == Touched::Every);
        }
        assert!(param == expected && sum == expected_sum);
    }
}

#[test]
fn an_id_outside_is_refused_before_any_write() {
    let layout = RowLayout::new(2, vec![slot("g", SlotWidth::Param, 0.0)], false).unwrap();
    let kernel = record(&layout, DType::F32);
    let (mut param, mut g) = (vec![1.0f32; 20], vec![0.0; 20]);
    for (ids, id) in [([0, 10], "id 10"), ([0, -3], "id -3")] {
        let fields = vec![&mut param[..], &mut g[..]];
        let update = lazy(&kernel, &[]);
        let e = update_dense(&mut Lookup::new(), &layout, fields, Integers::I32(&ids), &[5.0; 4], update, &POOL).unwrap_err();
        assert_eq!(e.code, Code::Option);
        assert!(e.message.contains(id) && e.message.contains("10 rows"), "{e}");
    }
    assert!(g.iter().all(|x| *x == 0.0));
    let fields = vec![&mut param[..], &mut g[..18]];
    let e = update_dense(&mut Lookup::new(), &layout, fields, Integers::I32(&[1]), &[5.0; 2], lazy(&kernel, &[]), &POOL);
    assert_eq!(e.err().map(|e| e.code), Some(Code::Shape));
    let mut closed = ArrayTable::<f32>::new(options(2, vec![]), 10).unwrap();
    let numbers = [3i64, -1];
    let e = Lookup::new().train(2, &[Feature::single(0, Integers::I64(&numbers))], &mut [&mut closed], &POOL).unwrap_err();
    assert!(e.message.contains("key -1"), "{e}");
}

#[test]
fn arrays_are_looked_up_where_they_lie() {
    let param: Vec<f64> = (0..12).map(f64::from).collect();
    let view = DenseView::new(&param, 3).unwrap();
    let mut lookup = Lookup::new();
    let numbers = [3, 0, 0, 2];
    let feature = Feature { extent: Extent::Fixed(2), ..Feature::single(0, Integers::I32(&numbers)) };
    lookup.find(2, &[feature], &[&view], &POOL).unwrap();
    assert_eq!(gathered(&lookup, &[&view]), [9.0, 11.0, 13.0, 6.0, 8.0, 10.0]);
    assert_eq!(lookup.distinct(0), None);
}

#[test]
fn features_that_do_not_fit_are_refused() {
    let mut table = HashTable::<f32>::new(options(2, vec![])).unwrap();
    let numbers = [1u64, 2, 3, 4];
    let feature = Feature::single(0, Integers::U64(&numbers));
    let mut refused = |feature: Feature<'_, f32>, rows: usize, code: Code, text: &str| {
        let e = Lookup::new().train(rows, &[feature], &mut [&mut table], &POOL).unwrap_err();
        assert!(e.code == code && e.message.contains(text) && e.message.contains("feature 0"), "{e:?}");
        assert!(table.is_empty());
    };
    refused(feature, 3, Code::Shape, "3 × 1 keys");
    refused(Feature { table: 1, ..feature }, 4, Code::Option, "table 1");
    refused(Feature { weights: Some(&[1.0]), ..feature }, 4, Code::Shape, "4 weights");
    refused(Feature { max_norm: Some(-1.0), ..feature }, 4, Code::Option, "maxNorm");
    for (offsets, text) in [
        (&[0i64, 2][..], "3 offsets"),
        (&[0, 5, 4], "offset 1"),
        (&[0, 3, 2], "offset 2"),
        (&[0, 2, 3], "received 0 and 3"),
        (&[0, -1, 4], "is -1"),
    ] {
        refused(Feature { extent: Extent::Ragged(Integers::I64(offsets)), ..feature }, 2, Code::Shape, text);
    }
    let ragged = Extent::Ragged(Integers::I64(&[0, 2, 4]));
    refused(Feature { extent: ragged, pooling: Pooling::Flat, ..feature }, 2, Code::Option, "flat");
}

#[test]
fn batches_without_keys_work() {
    let mut table = HashTable::<f32>::new(options(2, vec![])).unwrap();
    let kernel = RowKernel::new(
        RowRule::elementwise(Arc::new(Program::compile(&[DType::F32; 2], &[Expr::input(1, DType::F32)])), table.layout())
            .unwrap(),
        table.layout(),
    )
    .unwrap();
    for (rows, offsets) in [(0usize, &[0i32][..]), (3, &[0, 0, 0, 0])] {
        let feature = Feature {
            extent: Extent::Ragged(Integers::I32(offsets)),
            pooling: Pooling::Mean,
            ..Feature::single(0, Integers::I32(&[]))
        };
        let mut lookup = Lookup::new();
        lookup.train(rows, &[feature], &mut [&mut table], &POOL).unwrap();
        let output = gathered(&lookup, &[&table]);
        assert_eq!(output, vec![0.0; rows * 2]);
        lookup.update(&mut [&mut table], &output, &[Some(lazy(&kernel, &[]))], &POOL).unwrap();
    }
    assert!(table.is_empty());
}
