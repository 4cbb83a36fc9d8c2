//! The ops over registered tables: `lookup_rows`, `update_table`, `sum_table`.

use super::registry::{Registered, RuleUse, Table, Waiting, lock};
use super::{Extent, Feature, Integers, Lookup, Pooling, RowKernel, RowUpdate, Touched};
use crate::{Call, Input, KernelDef, Pool};
use talray_core::rows::{RowStore, RowView};
use talray_core::{DType, Error, Result};

/// The kernel of `lookup_rows`.
pub(crate) static LOOKUP_ROWS: KernelDef = KernelDef { op: "lookup_rows", run: lookup_rows, strided: false };
/// The kernel of `update_table`.
pub(crate) static UPDATE_TABLE: KernelDef = KernelDef { op: "update_table", run: update_table, strided: false };
/// The kernel of `sum_table`.
pub(crate) static SUM_TABLE: KernelDef = KernelDef { op: "sum_table", run: sum_table, strided: false };

fn lookup_rows(call: &mut Call<'_>) -> Result<()> {
    match call.outputs[0].dtype {
        DType::F64 => lookup_in::<f64>(call)?,
        _ => lookup_in::<f32>(call)?,
    }
    for i in 0..call.attrs.usize("count")? {
        let token = call.input(i)?.slice::<u64>()?;
        call.output(i + 1).slice::<u64>()?.copy_from_slice(token);
    }
    Ok(())
}

fn lookup_in<T: Registered>(call: &mut Call<'_>) -> Result<()> {
    let mut out = call.output(0);
    let rows = out.shape[0];
    let tables = (0..call.attrs.usize("count")?).map(|i| Ok(call.input(i)?.slice::<u64>()?[0])).collect::<Result<Vec<u64>>>()?;
    let stores = tables.iter().map(|id| Ok(lock(&*T::table(*id)?).store.clone())).collect::<Result<Vec<_>>>()?;
    let guards: Vec<_> = stores.iter().map(|s| lock(s)).collect();
    let views: Vec<&dyn RowView<T>> = guards.iter().map(|g| &**g as &dyn RowView<T>).collect();
    let features = features::<T>(call, tables.len())?;
    let out = out.slice::<T>()?;
    if !call.attrs.bool("train")? {
        let mut lookup = Lookup::new();
        lookup.find(rows, &features, &views, call.pool)?;
        return gather(&lookup, &views, out, call);
    }
    let number = call.attrs.i64("lookup")?;
    let mut waiting = T::take(number).unwrap_or_default();
    waiting.tables = tables;
    waiting.lookup.foresee(rows, &features, &views, call.pool)?;
    gather(&waiting.lookup, &views, out, call)?;
    T::put(number, waiting);
    Ok(())
}

fn gather<T: Registered>(lookup: &Lookup<T>, views: &[&dyn RowView<T>], out: &mut [T], call: &Call<'_>) -> Result<()> {
    let size = lookup.rows() * lookup.columns();
    if out.len() != size {
        return Err(Error::option(format!("the widths given make {} numbers, the tables' {size}", out.len())));
    }
    lookup.gather(views, out, call.pool)
}

fn features<'a, T: Registered>(call: &Call<'a>, first: usize) -> Result<Vec<Feature<'a, T>>> {
    let (tables, pooling, parts) = (call.attrs.i64s("tables")?, call.attrs.i64s("pooling")?, call.attrs.i64s("parts")?);
    let (max_norms, defaults) = (call.attrs.f64s("max_norms")?, call.attrs.i64s("defaults")?);
    let mut at = first;
    let mut next = || {
        at += 1;
        call.input(at - 1)
    };
    let mut features = Vec::with_capacity(parts.len());
    for (i, part) in parts.iter().enumerate() {
        let keys = next()?;
        let extent = if part & 1 == 0 {
            Extent::Fixed(keys.shape.get(1).copied().unwrap_or(1))
        } else {
            Extent::Ragged(integers(&next()?)?)
        };
        features.push(Feature {
            table: tables[i] as usize,
            keys: integers(&keys)?,
            extent,
            pooling: match pooling[i] {
                0 => Pooling::Sum,
                1 => Pooling::Mean,
                2 => Pooling::Sqrtn,
                3 => Pooling::Flat,
                n => return Err(Error::option(format!("feature {i}: pooling is 0 to 3; received {n}"))),
            },
            weights: if part & 2 != 0 { Some(next()?.slice::<T>()?) } else { None },
            max_norm: Some(max_norms[i]).filter(|m| *m >= 0.0),
            default: (part & 4 != 0).then_some(defaults[i] as u64),
        });
    }
    Ok(features)
}

fn integers<'a>(input: &Input<'a>) -> Result<Integers<'a>> {
    Ok(match input.dtype {
        DType::I32 => Integers::I32(input.slice()?),
        DType::U32 => Integers::U32(input.slice()?),
        DType::I64 => Integers::I64(input.slice()?),
        DType::U64 => Integers::U64(input.slice()?),
        other => return Err(Error::dtype(format!("keys and offsets are integers of 32 or 64 bits; received {other}"))),
    })
}

fn update_table(call: &mut Call<'_>) -> Result<()> {
    let token = call.input(0)?.slice::<u64>()?;
    let next = token[1] + 1;
    match call.input(2)?.dtype {
        DType::F64 => with_rows::<f64, ()>(call, token[0], RuleUse::Update, |rows| rows.update(next))?,
        _ => with_rows::<f32, ()>(call, token[0], RuleUse::Update, |rows| rows.update(next))?,
    }
    call.output(0).slice::<u64>()?.copy_from_slice(&[token[0], next]);
    Ok(())
}

fn sum_table(call: &mut Call<'_>) -> Result<()> {
    match call.input(2)?.dtype {
        DType::F64 => sum_in::<f64>(call),
        _ => sum_in::<f32>(call),
    }
}

fn sum_in<T: Registered>(call: &mut Call<'_>) -> Result<()> {
    let table = call.input(0)?.slice::<u64>()?[0];
    let sums = with_rows::<T, Vec<T>>(call, table, RuleUse::Sums, |rows| rows.sums())?;
    for (i, sum) in sums.into_iter().enumerate() {
        call.output(i).slice::<T>()?[0] = sum;
    }
    Ok(())
}

/// The rows of one table that lookups found, with their gradient and a rule.
struct Rows<'a, T: Registered> {
    lookup: &'a mut Lookup<T>,
    /// Where the table stands among those of the lookup.
    place: usize,
    store: &'a mut dyn RowStore<T>,
    gradient: &'a [T],
    kernel: &'a RowKernel,
    scalars: &'a [T],
    pool: &'a Pool,
}

/// Calls `work` with the rows of the lookups that a call names. Those of several lookups are joined first.
fn with_rows<T: Registered, R>(
    call: &Call<'_>,
    id: u64,
    of: RuleUse,
    work: impl FnOnce(&mut Rows<'_, T>) -> Result<R>,
) -> Result<R> {
    let table = T::table(id)?;
    let mut table = lock(&table);
    let store = table.store.clone();
    let mut store = lock(&store);
    let kernel = table.rule(&call.programs[0], of, store.layout())?;
    let scalars = (3..call.inputs.len()).map(|i| Ok(call.input(i)?.slice::<T>()?[0])).collect::<Result<Vec<T>>>()?;
    let (numbers, gradient) = (call.input(1)?.slice::<i64>()?, call.input(2)?.slice::<T>()?);
    let mut waiting = Waits::<T>::take(numbers, id)?;
    let table = &mut *table;
    let (lookup, place, gradient) = match &mut waiting.0[..] {
        [(_, w)] => {
            let place = w.place(id)?;
            (&mut w.lookup, place, gradient)
        }
        several => {
            join(table, id, several, &*store, gradient, call.pool)?;
            (&mut table.joint, 0, &table.all.gradients[..])
        }
    };
    work(&mut Rows { lookup, place, store: &mut *store, gradient, kernel: &kernel, scalars: &scalars, pool: call.pool })
}

/// Lookups that were taken out, and go back when this ends.
struct Waits<T: Registered>(Vec<(i64, Box<Waiting<T>>)>);

impl<T: Registered> Waits<T> {
    fn take(numbers: &[i64], table: u64) -> Result<Waits<T>> {
        let mut all = Waits(Vec::with_capacity(numbers.len()));
        for number in numbers {
            let lookup = T::take(*number).ok_or_else(|| {
                Error::option("a lookup that a gradient belongs to is not kept any more; look rows up in training again")
            })?;
            all.0.push((*number, lookup));
        }
        all.0.iter().try_for_each(|(_, w)| w.place(table).map(drop))?;
        Ok(all)
    }
}

impl<T: Registered> Drop for Waits<T> {
    fn drop(&mut self) {
        for (number, w) in self.0.drain(..) {
            T::put(number, w);
        }
    }
}

/// Makes `table.joint` and `table.all` of several lookups and their gradients, which follow one another.
fn join<T: Registered>(
    table: &mut Table<T>,
    id: u64,
    lookups: &mut [(i64, Box<Waiting<T>>)],
    store: &dyn RowStore<T>,
    gradient: &[T],
    pool: &Pool,
) -> Result<()> {
    table.all.clear();
    let mut start = 0;
    for (_, w) in lookups {
        let place = w.place(id)?;
        let end = start + w.lookup.rows() * w.lookup.columns();
        let part = gradient.get(start..end).ok_or_else(|| Error::internal("a gradient is shorter than its lookups"))?;
        w.lookup.coalesce(place, store, part, &mut table.all, pool)?;
        start = end;
    }
    table.joint.joined(&table.all, store, pool)
}

impl<T: Registered> Rows<'_, T> {
    fn update(&mut self, step: u64) -> Result<()> {
        let step = u32::try_from(step).unwrap_or(u32::MAX);
        let update = RowUpdate { kernel: self.kernel, scalars: self.scalars, touched: Touched::Batch, step };
        self.lookup.update_one(self.place, self.store, self.gradient, update, self.pool)
    }

    fn sums(&mut self) -> Result<Vec<T>> {
        self.lookup.sums(self.place, self.store, self.gradient, (self.kernel, self.scalars), self.pool)
    }
}
