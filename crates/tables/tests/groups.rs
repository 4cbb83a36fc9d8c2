//! Tables through plans: a training step looks rows up and updates them by the ops.

use std::sync::{Arc, Mutex};
use talray_core::backend::{Backend, Tensor};
use talray_core::exec::Run;
use talray_core::graph::Graph;
use talray_core::passes::Passes;
use talray_core::plan::Plan;
use talray_core::rows::{RowView, SlotSpec, SlotWidth};
use talray_core::{AttrValue, Code, DType, Dim, Region, Result, Shape, Type, Value};
use talray_kernels_cpu::Cpu;
use talray_kernels_cpu::memory::Buffer;
use talray_kernels_cpu::rows::{TableHandle, next_lookup};
use talray_tables::{Absent, ArrayTable, HashTable, Initializer, TableOptions};

type T = Tensor<Buffer>;

struct Tables {
    users: Arc<Mutex<HashTable<f32>>>,
    handles: [TableHandle; 2],
}

fn tables() -> Tables {
    let slots = || vec![SlotSpec { name: "sum".into(), width: SlotWidth::Param, initial: 0.1 }];
    let initializer = Initializer::Uniform { low: -1.0, high: 1.0 };
    let users = TableOptions { slots: slots(), initializer, shards: 4, ..TableOptions::new("users", 3) };
    let items = TableOptions { slots: slots(), initializer, absent: Absent::Zeros, shards: 2, ..TableOptions::new("items", 2) };
    let users = Arc::new(Mutex::new(HashTable::new(users).unwrap()));
    let items = Arc::new(Mutex::new(ArrayTable::new(items, 10).unwrap()));
    Tables { handles: [TableHandle::single(users.clone()), TableHandle::single(items)], users }
}

fn tokens(t: &Tables) -> [[u64; 2]; 2] {
    [t.handles[0].token(), t.handles[1].token()]
}

fn rows(t: &Tables) -> usize {
    t.users.lock().unwrap().len()
}

fn upload<const N: usize>(cpu: &Cpu, dtype: DType, shape: &[usize], words: impl IntoIterator<Item = [u8; N]>) -> T {
    cpu.upload(&words.into_iter().flatten().collect::<Vec<u8>>(), dtype, shape).unwrap()
}

fn token(cpu: &Cpu, words: [u64; 2]) -> T {
    upload(cpu, DType::U64, &[2], words.map(u64::to_le_bytes))
}

fn numbers(t: &T) -> Vec<f32> {
    t.buffer.bytes().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

/// Adagrad on scalars.
fn rule() -> Region {
    let mut g = Graph::new();
    let [param, grad, sum, rate] = [(); 4].map(|()| g.input(Type::new(DType::F32, Shape::scalar())));
    let mut b = g.build();
    let op = |b: &mut talray_core::Builder<'_>, name: &str, x: &[Value]| b.op(name, x, &[]).unwrap();
    let square = op(&mut b, "mul", &[grad, grad]);
    let sum = op(&mut b, "add", &[sum, square]);
    let root = op(&mut b, "sqrt", &[sum]);
    let step = op(&mut b, "mul", &[grad, rate]);
    let step = op(&mut b, "div", &[step, root]);
    let param = op(&mut b, "sub", &[param, step]);
    g.outputs = vec![param, sum];
    Arc::new(g)
}

fn ints(x: &[i64]) -> AttrValue {
    AttrValue::I64s(x.iter().copied().collect())
}

/// Looks up `users [3]` and pooled `items [3, 2]`; with `train` also updates with the gradient `out`.
fn plan(cpu: &Cpu, train: bool, lookup: i64) -> Result<Arc<Plan>> {
    let mut g = Graph::new();
    let [a, b] = [(); 2].map(|()| g.input(Type::new(DType::U64, Shape::of(&[2]))));
    let users = g.input(Type::new(DType::I64, Shape::of(&[3])));
    let items = g.input(Type::new(DType::I32, Shape::of(&[3, 2])));
    let rate = g.input(Type::new(DType::F32, Shape::scalar()));
    let ids = g.input(Type::new(DType::I64, Shape::of(&[1])));
    let attrs = [
        ("count", 2i64.into()),
        ("tables", ints(&[0, 1])),
        ("widths", ints(&[3, 2])),
        ("pooling", ints(&[0, 1])),
        ("parts", ints(&[0, 0])),
        ("max_norms", AttrValue::F64s(vec![-1.0, -1.0])),
        ("defaults", ints(&[0, 0])),
        ("lookup", lookup.into()),
        ("train", train.into()),
    ];
    let found = g.build().apply_all("lookup_rows", &[Some(a), Some(b), Some(users), Some(items)], &attrs, &[])?;
    g.outputs = found.to_vec();
    if train {
        let flat = g.build().op("reshape", &[found[0]], &[("shape", AttrValue::Dims([Dim::Known(15)].into_iter().collect()))])?;
        for table in [1, 2] {
            let inputs = [Some(found[table]), Some(ids), Some(flat), Some(rate)];
            g.outputs[table] = g.build().apply_all("update_table", &inputs, &[], &[rule()])?[0];
        }
    }
    Ok(Arc::new(Plan::new(&g, 1, &Passes::default(), &|op| cpu.supports(op))?))
}

fn run(cpu: &Cpu, train: bool, tokens: [[u64; 2]; 2], users: [i64; 3], items: [i32; 6]) -> Result<(Vec<f32>, [[u64; 2]; 2])> {
    let lookup = next_lookup();
    let inputs = vec![
        token(cpu, tokens[0]),
        token(cpu, tokens[1]),
        upload(cpu, DType::I64, &[3], users.map(i64::to_le_bytes)),
        upload(cpu, DType::I32, &[3, 2], items.map(i32::to_le_bytes)),
        upload(cpu, DType::F32, &[], [0.5f32.to_le_bytes()]),
        upload(cpu, DType::I64, &[1], [lookup.to_le_bytes()]),
    ];
    let results = Run::new(plan(cpu, train, lookup)?, inputs)?.finish(cpu)?;
    let words = |t: &T| [0, 8].map(|i| u64::from_le_bytes(t.buffer.bytes()[i..i + 8].try_into().unwrap()));
    Ok((numbers(&results[0]), [words(&results[1]), words(&results[2])]))
}

#[test]
fn a_group_trains_through_its_token() {
    let cpu = Cpu::new();
    let group = tables();
    let items = [0, 1, 1, 1, 9, 0];
    let (fresh, same) = run(&cpu, false, tokens(&group), [7, -1, 7], items).unwrap();
    assert_eq!(rows(&group), 0, "lookups outside training make nothing");
    let (trained, tok) = run(&cpu, true, same, [7, -1, 7], items).unwrap();
    assert_eq!(trained, fresh);
    assert_eq!(rows(&group), 2);
    let (after, tok) = run(&cpu, false, tok, [7, -1, 7], items).unwrap();
    for j in 0..3 {
        // Key 7 occurs twice: its gradients are summed before the rule.
        let g = fresh[j] + fresh[10 + j];
        assert_eq!(after[j], fresh[j] - g * 0.5 / (0.1 + g * g).sqrt());
        assert_eq!(after[10 + j], after[j]);
        let g = fresh[5 + j];
        assert_eq!(after[5 + j], fresh[5 + j] - g * 0.5 / (0.1 + g * g).sqrt());
    }
    assert_eq!(tok.map(|t| t[1]), [1, 1], "lookups are not counted");
}

#[test]
fn misuse_is_refused() {
    let cpu = Cpu::new();
    let group = tables();
    let e = run(&cpu, true, tokens(&group), [1, 2, 3], [0, 0, 0, 0, 10, 0]).unwrap_err();
    assert!(e.code == Code::Option && e.message.contains("items") && e.op.as_deref() == Some("lookup_rows"), "{e:?}");
    assert_eq!(rows(&group), 0, "refused before a row is made");
    let old = tokens(&group);
    drop(group);
    assert!(run(&cpu, false, old, [1, 2, 3], [0; 6]).unwrap_err().message.contains("disposed"));
}
