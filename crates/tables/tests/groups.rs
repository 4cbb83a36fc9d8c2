//! Tables through plans: a training step looks rows up and updates them by the ops.

use std::sync::{Arc, Mutex};
use talray_core::backend::{Backend, Tensor};
use talray_core::exec::Run;
use talray_core::graph::Graph;
use talray_core::passes::Passes;
use talray_core::plan::Plan;
use talray_core::rows::{RowView, SlotSpec, SlotWidth};
use talray_core::{AttrValue, Code, DType, Error, Region, Result, Shape, Type, Value};
use talray_kernels_cpu::Cpu;
use talray_kernels_cpu::memory::Buffer;
use talray_kernels_cpu::rows::GroupHandle;
use talray_tables::{Absent, ArrayTable, HashTable, Initializer, TableOptions};

type T = Tensor<Buffer>;

struct Tables {
    users: Arc<Mutex<HashTable<f32>>>,
    handle: GroupHandle,
}

fn tables() -> Tables {
    let slots = || vec![SlotSpec { name: "sum".into(), width: SlotWidth::Param, initial: 0.1 }];
    let initializer = Initializer::Uniform { low: -1.0, high: 1.0 };
    let users = TableOptions { slots: slots(), initializer, shards: 4, ..TableOptions::new("users", 3) };
    let items = TableOptions { slots: slots(), initializer, absent: Absent::Zeros, shards: 2, ..TableOptions::new("items", 2) };
    let users = Arc::new(Mutex::new(HashTable::new(users).unwrap()));
    let items = Arc::new(Mutex::new(ArrayTable::new(items, 10).unwrap()));
    Tables { handle: GroupHandle::single(vec![users.clone(), items]), users }
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
fn plan(cpu: &Cpu, train: bool) -> Result<Arc<Plan>> {
    let mut g = Graph::new();
    let tok = g.input(Type::new(DType::U64, Shape::of(&[2])));
    let users = g.input(Type::new(DType::I64, Shape::of(&[3])));
    let items = g.input(Type::new(DType::I32, Shape::of(&[3, 2])));
    let rate = g.input(Type::new(DType::F32, Shape::scalar()));
    let attrs = [
        ("tables", ints(&[0, 1])),
        ("widths", ints(&[3, 2])),
        ("pooling", ints(&[0, 1])),
        ("parts", ints(&[0, 0])),
        ("max_norms", AttrValue::F64s(vec![-1.0, -1.0])),
        ("defaults", ints(&[0, 0])),
        ("lookup", 1i64.into()),
        ("train", train.into()),
    ];
    let found = g.build().apply_all("lookup_rows", &[Some(tok), Some(users), Some(items)], &attrs, &[])?;
    g.outputs = found.to_vec();
    if train {
        let attrs = [("lookup", 1i64.into()), ("tables", ints(&[0, 1])), ("counts", ints(&[1, 1]))];
        let inputs = [Some(found[1]), Some(found[0]), Some(rate), Some(rate)];
        g.outputs[1] = g.build().apply_all("update_tables", &inputs, &attrs, &[rule(), rule()])?[0];
    }
    Ok(Arc::new(Plan::new(&g, 1, &Passes::default(), &|op| cpu.supports(op))?))
}

fn run(cpu: &Cpu, train: bool, tok: T, users: [i64; 3], items: [i32; 6]) -> Result<(Vec<f32>, T)> {
    let inputs = vec![
        tok,
        upload(cpu, DType::I64, &[3], users.map(i64::to_le_bytes)),
        upload(cpu, DType::I32, &[3, 2], items.map(i32::to_le_bytes)),
        upload(cpu, DType::F32, &[], [0.5f32.to_le_bytes()]),
    ];
    let mut results = Run::new(plan(cpu, train)?, inputs)?.finish(cpu)?;
    let tok = results.pop().ok_or_else(|| Error::internal("no token"))?;
    Ok((numbers(&results[0]), tok))
}

#[test]
fn a_group_trains_through_its_token() {
    let cpu = Cpu::new();
    let group = tables();
    let items = [0, 1, 1, 1, 9, 0];
    let (fresh, same) = run(&cpu, false, token(&cpu, group.handle.token()), [7, -1, 7], items).unwrap();
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
    let words: Vec<u64> = tok.buffer.bytes().chunks_exact(8).map(|b| u64::from_le_bytes(b.try_into().unwrap())).collect();
    assert_eq!(words, [group.handle.token()[0], 4]);
}

#[test]
fn misuse_is_refused() {
    let cpu = Cpu::new();
    let group = tables();
    let e = run(&cpu, true, token(&cpu, group.handle.token()), [1, 2, 3], [0, 0, 0, 0, 10, 0]).unwrap_err();
    assert!(e.code == Code::Option && e.message.contains("items") && e.op.as_deref() == Some("lookup_rows"), "{e:?}");
    assert_eq!(rows(&group), 0, "refused before a row is made");
    let old = token(&cpu, group.handle.token());
    drop(group);
    assert!(run(&cpu, false, old, [1, 2, 3], [0; 6]).unwrap_err().message.contains("disposed"));
}
