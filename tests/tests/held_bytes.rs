//! A session counts the bytes that its own handles and variables hold, of which garbage collectors are told.

use std::sync::Arc;
use talray_core::graph::complete;
use talray_core::ops;
use talray_runtime::wire::{Argument, Request};
use talray_runtime::{DType, Engine, Handle, Session, Shape, Type};

const ELEMENTS: usize = 1 << 16;
const BYTES: usize = 4 * ELEMENTS;

fn sessions() -> (Session, Session) {
    let engine = Arc::new(Engine::new(1));
    (Session::new(engine.clone()), Session::new(engine))
}

fn ones(session: &mut Session) -> Handle {
    session.upload(&1f32.to_le_bytes().repeat(ELEMENTS), DType::F32, &[ELEMENTS]).unwrap()
}

fn doubled(session: &mut Session, x: Handle) -> Handle {
    let op = ops::id("add");
    let inputs = [Argument::Tensor(x), Argument::Tensor(x)].into_iter().collect();
    session.apply(Request { op, inputs, attrs: complete(op, &[]).unwrap(), regions: Default::default() }).unwrap()[0].0
}

#[test]
fn what_one_session_holds_is_not_anothers() {
    let (mut one, other) = sessions();
    let x = ones(&mut one);
    assert_eq!((one.bytes(), other.bytes()), (BYTES, 0));
    one.free(x);
    assert_eq!(one.bytes(), 0);
}

#[test]
fn a_recorded_value_has_bytes_once_it_is_computed() {
    let (mut session, _) = sessions();
    let x = ones(&mut session);
    let y = doubled(&mut session, x);
    assert_eq!(session.bytes(), BYTES);
    session.read(y).unwrap().wait();
    assert_eq!(session.bytes(), 2 * BYTES);
}

#[test]
fn a_variable_and_the_handles_that_read_it_count_once() {
    let (mut session, _) = sessions();
    let x = ones(&mut session);
    let cell = session.new_cell(x, "w").unwrap();
    session.free(x);
    let read = session.read_cell(cell).unwrap().0;
    assert_eq!(session.bytes(), BYTES);
    session.free_cell(cell);
    assert_eq!(session.bytes(), BYTES);
    session.free(read);
    assert_eq!(session.bytes(), 0);
}

#[test]
fn a_variable_that_a_plan_writes_counts_beside_the_old_value_that_somebody_holds() {
    let (mut session, _) = sessions();
    let x = ones(&mut session);
    let cell = session.new_cell(x, "w").unwrap();
    session.free(x);
    let arguments = session.begin_jit(&[Type::new(DType::F32, Shape::of(&[1]))]).unwrap();
    let value = session.read_cell(cell).unwrap().0;
    let twice = doubled(&mut session, value);
    session.assign(cell, twice).unwrap();
    let (plan, _) = session.end_jit(&[arguments[0]], true).unwrap();
    let one = session.upload(&1f32.to_le_bytes(), DType::F32, &[1]).unwrap();
    session.run(plan, &[one]).unwrap();
    assert_eq!(session.bytes(), BYTES);
    let old = session.read_cell(cell).unwrap().0;
    session.run(plan, &[one]).unwrap();
    let new = session.read_cell(cell).unwrap().0;
    assert_eq!(session.bytes(), 2 * BYTES);
    let first = |session: &mut Session, h| session.read(h).unwrap().wait().as_ref().unwrap().buffer.bytes()[..4].to_vec();
    assert_eq!(first(&mut session, old), 2f32.to_le_bytes());
    assert_eq!(first(&mut session, new), 4f32.to_le_bytes());
}
