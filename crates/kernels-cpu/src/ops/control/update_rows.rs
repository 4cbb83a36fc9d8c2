//! `update_rows`

use crate::rows::{Integers, Kept, RowUpdate, Touched, update_dense, with_kept};
use crate::{Call, KernelDef};
use talray_core::rows::{RowLayout, SlotSpec, SlotWidth};
use talray_core::{DType, Error, Result};

/// The outputs hold the fields already: the backend puts them there.
pub static DEF: KernelDef = KernelDef { op: "update_rows", run, strided: false };

fn run(call: &mut Call<'_>) -> Result<()> {
    match call.outputs[0].dtype {
        DType::F32 => update::<f32>(call),
        DType::F64 => update::<f64>(call),
        other => Err(Error::dtype(format!("rows of {other} cannot be updated; keep the variable in f32"))),
    }
}

fn update<T: Kept>(call: &mut Call<'_>) -> Result<()> {
    let fields = call.attrs.usize("fields")?;
    let (ids, gradient) = (call.input(fields)?, call.input(fields + 1)?);
    let ids = match ids.dtype {
        DType::I32 => Integers::I32(ids.slice()?),
        DType::I64 => Integers::I64(ids.slice()?),
        DType::U32 => Integers::U32(ids.slice()?),
        DType::U64 => Integers::U64(ids.slice()?),
        other => return Err(Error::dtype(format!("ids must be 32- or 64-bit integers, received {other}"))),
    };
    let mut scalars = Vec::new();
    for i in fields + 2..call.inputs.len() {
        let s = call.input(i)?;
        scalars.push(*s.buffer::<T>()?.get(s.offset).ok_or_else(|| Error::internal("a scalar is empty"))?);
    }
    let width: usize = call.outputs[0].shape[1..].iter().product();
    let mut slots = Vec::new();
    for (i, o) in call.outputs.iter().enumerate().skip(1) {
        let one = o.shape[1..].iter().product::<usize>() == 1 && width != 1;
        let shape = if one { SlotWidth::Row } else { SlotWidth::Param };
        slots.push(SlotSpec { name: format!("slot{i}"), width: shape, initial: 0.0 });
    }
    let layout = RowLayout::new(width, slots, false)?;
    let (pool, program) = (call.pool, &call.programs[0]);
    let touched = if call.attrs.bool("every")? { Touched::Every } else { Touched::Batch };
    let gradient = gradient.slice::<T>()?;
    let mut arrays = Vec::with_capacity(fields);
    for i in 0..fields {
        arrays.push(call.output(i).into_slice::<T>()?);
    }
    with_kept(program, &layout, |kernel, lookup| {
        let update = RowUpdate { kernel, scalars: &scalars, touched, step: 0 };
        update_dense(lookup, &layout, arrays, ids, gradient, update, pool)
    })
}
