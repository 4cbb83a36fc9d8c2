//! Groups of tables that ops reach through a token, and the ops themselves: `lookup_rows` and
//! `update_tables`.

use super::{Extent, Feature, Integers, Lookup, Pooling, RowFloat, RowKernel, RowUpdate, Touched};
use crate::{Call, Element, Input, KernelDef, Pool};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use talray_core::expr::Program;
use talray_core::rows::{RowRule, RowStore, RowView};
use talray_core::{DType, Error, Result};

/// The kernel of `lookup_rows`.
pub(crate) static LOOKUP_ROWS: KernelDef = KernelDef { op: "lookup_rows", run: lookup_rows, strided: false };
/// The kernel of `update_tables`.
pub(crate) static UPDATE_TABLES: KernelDef = KernelDef { op: "update_tables", run: update_tables, strided: false };

/// A table that a group shares with whoever made it.
pub type Shared<T> = Arc<Mutex<dyn RowStore<T>>>;

/// Tables that are looked up together, and the lookups that wait for their update.
struct Group<T> {
    tables: Vec<Shared<T>>,
    lookups: HashMap<i64, Lookup<T>>,
    /// The rule of each table that was used last.
    kernels: Vec<Option<(Arc<Program>, Arc<RowKernel>)>>,
}

#[derive(Clone)]
enum AnyGroup {
    F32(Arc<Mutex<Group<f32>>>),
    F64(Arc<Mutex<Group<f64>>>),
}

static GROUPS: LazyLock<Mutex<HashMap<u64, AnyGroup>>> = LazyLock::new(Mutex::default);
static NEXT: AtomicU64 = AtomicU64::new(1);

/// A group that ops can reach for as long as this lives.
#[derive(Debug)]
pub struct GroupHandle(u64);

impl GroupHandle {
    /// Registers f32 tables.
    pub fn single(tables: Vec<Shared<f32>>) -> GroupHandle {
        GroupHandle::register(AnyGroup::F32(Group::new(tables)))
    }

    /// Registers f64 tables.
    pub fn double(tables: Vec<Shared<f64>>) -> GroupHandle {
        GroupHandle::register(AnyGroup::F64(Group::new(tables)))
    }

    /// The first token, u64 `[2]`: the group, and how often it was used.
    pub fn token(&self) -> [u64; 2] {
        [self.0, 0]
    }

    fn register(group: AnyGroup) -> GroupHandle {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        lock(&GROUPS).insert(id, group);
        GroupHandle(id)
    }
}

impl Drop for GroupHandle {
    fn drop(&mut self) {
        lock(&GROUPS).remove(&self.0);
    }
}

/// A table whose user panicked is used on: rows are written one tile at a time, and stay rows.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T: RowFloat> Group<T> {
    fn new(tables: Vec<Shared<T>>) -> Arc<Mutex<Group<T>>> {
        let kernels = tables.iter().map(|_| None).collect();
        Arc::new(Mutex::new(Group { tables, lookups: HashMap::new(), kernels }))
    }

    fn lookup(
        &mut self,
        rows: usize,
        features: &[Feature<'_, T>],
        number: i64,
        train: bool,
        out: &mut [T],
        pool: &Pool,
    ) -> Result<()> {
        let mut guards: Vec<_> = self.tables.iter().map(|t| lock(t)).collect();
        let mut outside = Lookup::new();
        let lookup = if train { self.lookups.entry(number).or_default() } else { &mut outside };
        if train {
            let mut tables: Vec<&mut dyn RowStore<T>> = guards.iter_mut().map(|g| &mut **g as &mut dyn RowStore<T>).collect();
            lookup.train(rows, features, &mut tables, pool)?;
        } else {
            let views: Vec<&dyn RowView<T>> = guards.iter().map(|g| &**g as &dyn RowView<T>).collect();
            lookup.find(rows, features, &views, pool)?;
        }
        if out.len() != lookup.rows() * lookup.columns() {
            return Err(Error::option(format!(
                "the widths given make {} numbers, the tables' {}",
                out.len(),
                lookup.rows() * lookup.columns()
            )));
        }
        let views: Vec<&dyn RowView<T>> = guards.iter().map(|g| &**g as &dyn RowView<T>).collect();
        lookup.gather(&views, out, pool)
    }

    fn update(&mut self, call: &Call<'_>, number: i64, step: u32) -> Result<()> {
        let mut guards: Vec<_> = self.tables.iter().map(|t| lock(t)).collect();
        let wanted = call.attrs.i64s("tables")?;
        let mut scalars: Vec<Vec<T>> = Vec::new();
        let mut next = 2;
        for count in call.attrs.i64s("counts")? {
            let end = next + *count as usize;
            scalars.push((next..end).map(|i| Ok(call.input(i)?.slice::<T>()?[0])).collect::<Result<_>>()?);
            next = end;
        }
        for (table, program) in wanted.iter().zip(call.programs) {
            let layout = guards.get(*table as usize).map(|g| g.layout().clone());
            let layout = layout.ok_or_else(|| Error::option(format!("the group has no table {table}")))?;
            let kept = &mut self.kernels[*table as usize];
            if kept.as_ref().is_none_or(|(of, _)| !Arc::ptr_eq(of, program)) {
                let kernel = RowKernel::new(RowRule::elementwise(program.clone(), &layout)?, &layout)?;
                *kept = Some((program.clone(), Arc::new(kernel)));
            }
        }
        let updates: Vec<Option<RowUpdate<'_, T>>> = (0..guards.len())
            .map(|table| {
                let i = wanted.iter().position(|w| *w == table as i64)?;
                let (_, kernel) = self.kernels[table].as_ref()?;
                Some(RowUpdate { kernel, scalars: &scalars[i], touched: Touched::Batch, step })
            })
            .collect();
        let lookup = self.lookups.get_mut(&number);
        let lookup = lookup
            .ok_or_else(|| Error::option("no lookup of this number was made in training; look rows up with train first"))?;
        let mut tables: Vec<&mut dyn RowStore<T>> = guards.iter_mut().map(|g| &mut **g as &mut dyn RowStore<T>).collect();
        lookup.update(&mut tables, call.input(1)?.slice::<T>()?, &updates, call.pool)
    }
}

/// The group of a call's token, and how often it was used.
fn group(call: &Call<'_>) -> Result<(AnyGroup, u64, u64)> {
    let token = call.input(0)?.slice::<u64>()?;
    let group = lock(&GROUPS).get(&token[0]).cloned();
    let group = group.ok_or_else(|| Error::option("the tables of this token were disposed"))?;
    Ok((group, token[0], token[1]))
}

fn lookup_rows(call: &mut Call<'_>) -> Result<()> {
    let (group, id, used) = group(call)?;
    match group {
        AnyGroup::F32(group) => lookup_in(call, &mut lock(&group))?,
        AnyGroup::F64(group) => lookup_in(call, &mut lock(&group))?,
    }
    call.output(1).slice::<u64>()?.copy_from_slice(&[id, used + 1]);
    Ok(())
}

fn lookup_in<T: RowFloat>(call: &mut Call<'_>, group: &mut Group<T>) -> Result<()> {
    let mut out = call.output(0);
    let rows = out.shape[0];
    if out.dtype != <T as Element>::DTYPE {
        return Err(Error::dtype(format!("the tables are of {}, the lookup of {}", <T as Element>::DTYPE, out.dtype)));
    }
    let (tables, pooling, parts) = (call.attrs.i64s("tables")?, call.attrs.i64s("pooling")?, call.attrs.i64s("parts")?);
    let (max_norms, defaults) = (call.attrs.f64s("max_norms")?, call.attrs.i64s("defaults")?);
    let mut at = 1;
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
        let weights = if part & 2 != 0 { Some(next()?) } else { None };
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
            weights: weights.as_ref().map(Input::slice::<T>).transpose()?,
            max_norm: Some(max_norms[i]).filter(|m| *m >= 0.0),
            default: (part & 4 != 0).then_some(defaults[i] as u64),
        });
    }
    let train = call.attrs.bool("train")?;
    group.lookup(rows, &features, call.attrs.i64("lookup")?, train, out.slice::<T>()?, call.pool)
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

fn update_tables(call: &mut Call<'_>) -> Result<()> {
    let (group, id, used) = group(call)?;
    let number = call.attrs.i64("lookup")?;
    let step = u32::try_from(used + 1).unwrap_or(u32::MAX);
    match group {
        AnyGroup::F32(group) => lock(&group).update(call, number, step)?,
        AnyGroup::F64(group) => lock(&group).update(call, number, step)?,
    }
    call.output(0).slice::<u64>()?.copy_from_slice(&[id, used + 1]);
    Ok(())
}
