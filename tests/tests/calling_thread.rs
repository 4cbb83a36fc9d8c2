//! Little work is done when the call returns: it never waits for the engine's thread.

use std::sync::Arc;
use talray_core::graph::complete;
use talray_core::ops;
use talray_runtime::wire::{Argument, Request};
use talray_runtime::{DType, Dim, Engine, Handle, Session, Shape, Type};

fn doubled(session: &mut Session, x: Handle) -> Handle {
    let op = ops::id("add");
    let inputs = [Argument::Tensor(x), Argument::Tensor(x)].into_iter().collect();
    session.apply(Request { op, inputs, attrs: complete(op, &[]).unwrap(), regions: Default::default() }).unwrap()[0].0
}

/// Whether a recorded `x + x` is there as soon as it was called, for an argument type and the size of an argument.
fn there_at_once(ty: Type, n: usize) -> bool {
    let mut session = Session::new(Arc::new(Engine::new(1)));
    let arguments = session.begin_jit(&[ty]).unwrap();
    let result = doubled(&mut session, arguments[0]);
    let (plan, _) = session.end_jit(&[result], true).unwrap();
    let x = session.upload(&1f32.to_le_bytes().repeat(n), DType::F32, &[n]).unwrap();
    let (sum, ty) = session.run(plan, &[x]).unwrap()[0].clone();
    assert_eq!(ty.shape, Shape::of(&[n]));
    let promise = session.read(sum).unwrap();
    let there = promise.get().is_some();
    assert_eq!(promise.wait().as_ref().unwrap().buffer.bytes()[..4], 2f32.to_le_bytes());
    there
}

#[test]
fn a_small_plan_runs_on_the_calling_thread() {
    assert!(there_at_once(Type::new(DType::F32, Shape::of(&[10])), 10));
}

#[test]
fn a_plan_whose_size_is_bound_by_its_argument_runs_there_as_well() {
    let symbolic = || Type::new(DType::F32, [Dim::sym(0)].into_iter().collect());
    assert!(there_at_once(symbolic(), 10));
    // The first job of an engine starts its thread, which takes longer than looking.
    assert!(!there_at_once(symbolic(), 1 << 22));
}
