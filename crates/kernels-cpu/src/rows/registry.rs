//! Tables that ops reach through tokens, and the lookups that wait for their updates.

use super::sums::Coalesced;
use super::{Lookup, RowFloat, RowKernel};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use talray_core::expr::Program;
use talray_core::rows::{RowLayout, RowRule, RowSink, RowSource, RowStage, RowStore, SlotWidth};
use talray_core::{Error, Result};

/// Lookups that are kept for an update; the one that was used longest ago goes first.
const LOOKUPS: usize = 256;
/// Rules that are kept ready for a table.
const RULES: usize = 8;

/// A table that the registry shares with whoever made it.
pub type Shared<T> = Arc<Mutex<dyn RowStore<T>>>;

static TABLES: LazyLock<Mutex<HashMap<u64, AnyTable>>> = LazyLock::new(Mutex::default);
static WAITING: LazyLock<Mutex<HashMap<i64, (u64, AnyWaiting)>>> = LazyLock::new(Mutex::default);
static NEXT_TABLE: AtomicU64 = AtomicU64::new(1);
static NEXT_LOOKUP: AtomicI64 = AtomicI64::new(1);
static USES: AtomicU64 = AtomicU64::new(0);

/// A table that ops can reach for as long as this lives.
#[derive(Debug)]
pub struct TableHandle(u64);

impl TableHandle {
    /// Registers a table of f32.
    pub fn single(store: Shared<f32>) -> TableHandle {
        TableHandle::register(store)
    }

    /// Registers a table of f64.
    pub fn double(store: Shared<f64>) -> TableHandle {
        TableHandle::register(store)
    }

    fn register<T: Registered>(store: Shared<T>) -> TableHandle {
        let id = NEXT_TABLE.fetch_add(1, Ordering::Relaxed);
        let table = Table { store, rules: Vec::new(), joint: Lookup::new(), all: Coalesced::default() };
        lock(&TABLES).insert(id, T::into_table(Arc::new(Mutex::new(table))));
        TableHandle(id)
    }

    /// The first token, u64 `[2]`: the table, and how many updates it had.
    pub fn token(&self) -> [u64; 2] {
        [self.0, 0]
    }

    /// Forgets lookups that wait, and rules. To be called when other rows took the place of the table's.
    pub fn forget(&self) {
        let concerned = |tables: &[u64]| tables.contains(&self.0);
        lock(&WAITING).retain(|_, (_, waiting)| match waiting {
            AnyWaiting::F32(w) => !concerned(&w.tables),
            AnyWaiting::F64(w) => !concerned(&w.tables),
        });
        match lock(&TABLES).get(&self.0) {
            Some(AnyTable::F32(table)) => lock(table).rules.clear(),
            Some(AnyTable::F64(table)) => lock(table).rules.clear(),
            None => {}
        }
    }
}

impl Drop for TableHandle {
    fn drop(&mut self) {
        self.forget();
        lock(&TABLES).remove(&self.0);
    }
}

/// A number for a lookup that no other has in this process.
pub fn next_lookup() -> i64 {
    NEXT_LOOKUP.fetch_add(1, Ordering::Relaxed)
}

/// A table whose user panicked is used on: rows are written one tile at a time, and stay rows.
pub(super) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A registered table with what its updates use again.
pub(super) struct Table<T> {
    pub store: Shared<T>,
    rules: Vec<(Arc<Program>, RuleUse, Arc<RowKernel>)>,
    /// The lookup and the gradients of updates that join several lookups.
    pub joint: Lookup<T>,
    pub all: Coalesced<T>,
}

/// What a rule's program is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RuleUse {
    /// It gives new vectors and slots.
    Update,
    /// Each output is added up.
    Sums,
}

impl<T: RowFloat> Table<T> {
    /// `program` made ready.
    pub fn rule(&mut self, program: &Arc<Program>, of: RuleUse, layout: &RowLayout) -> Result<Arc<RowKernel>> {
        if let Some((.., ready)) = self.rules.iter().find(|(p, u, _)| Arc::ptr_eq(p, program) && *u == of) {
            return Ok(ready.clone());
        }
        let rule = match of {
            RuleUse::Update => RowRule::elementwise(program.clone(), layout)?,
            RuleUse::Sums => sums_rule(program.clone(), layout)?,
        };
        let ready = Arc::new(RowKernel::new(rule, layout)?);
        if self.rules.len() == RULES {
            self.rules.remove(0);
        }
        self.rules.push((program.clone(), of, ready.clone()));
        Ok(ready)
    }
}

/// A rule with the inputs of [`RowRule::elementwise`], each output of which is a row sum.
fn sums_rule(program: Arc<Program>, layout: &RowLayout) -> Result<RowRule> {
    let mut inputs = vec![RowSource::Param, RowSource::Grad];
    let stored = (0..layout.slots().len()).filter(|i| layout.slots()[*i].width != SlotWidth::Scalar);
    inputs.extend(stored.map(RowSource::Slot));
    inputs.extend((0..program.inputs.len().saturating_sub(inputs.len())).map(RowSource::Scalar));
    let outputs = (0..program.outputs.len()).map(RowSink::RowSum).collect();
    RowRule::new(vec![RowStage { program, inputs, outputs }], layout)
}

/// A lookup made in training, and the tables that it is of, in its order.
#[derive(Debug, Default)]
pub(super) struct Waiting<T> {
    pub lookup: Lookup<T>,
    pub tables: Vec<u64>,
}

impl<T> Waiting<T> {
    /// Where the table stands among those of the lookup.
    pub fn place(&self, table: u64) -> Result<usize> {
        let place = self.tables.iter().position(|t| *t == table);
        place.ok_or_else(|| Error::internal("a gradient belongs to a lookup in other tables"))
    }
}

pub(super) enum AnyTable {
    F32(Arc<Mutex<Table<f32>>>),
    F64(Arc<Mutex<Table<f64>>>),
}

pub(super) enum AnyWaiting {
    F32(Box<Waiting<f32>>),
    F64(Box<Waiting<f64>>),
}

/// The element types of registered tables.
pub(super) trait Registered: RowFloat {
    fn into_table(table: Arc<Mutex<Table<Self>>>) -> AnyTable;
    fn of_table(table: &AnyTable) -> Option<Arc<Mutex<Table<Self>>>>;
    fn into_waiting(waiting: Box<Waiting<Self>>) -> AnyWaiting;
    fn of_waiting(waiting: AnyWaiting) -> Option<Box<Waiting<Self>>>;

    /// The table of a token's first word.
    fn table(id: u64) -> Result<Arc<Mutex<Table<Self>>>> {
        let all = lock(&TABLES);
        let table = all.get(&id).ok_or_else(|| Error::option("the table of this lookup was disposed"))?;
        let own = <Self as talray_core::rows::RowElement>::DTYPE;
        Self::of_table(table).ok_or_else(|| Error::dtype(format!("the table is not of {own}")))
    }

    /// Takes out the lookup of this number.
    fn take(number: i64) -> Option<Box<Waiting<Self>>> {
        lock(&WAITING).remove(&number).and_then(|(_, waiting)| Self::of_waiting(waiting))
    }

    /// Puts a lookup back, as the one used last.
    fn put(number: i64, waiting: Box<Waiting<Self>>) {
        let mut all = lock(&WAITING);
        if all.len() >= LOOKUPS
            && let Some(oldest) = all.iter().min_by_key(|(_, (used, _))| *used).map(|(number, _)| *number)
        {
            all.remove(&oldest);
        }
        all.insert(number, (USES.fetch_add(1, Ordering::Relaxed), Self::into_waiting(waiting)));
    }
}

macro_rules! registered {
    ($($t:ty, $case:ident);*) => { $(impl Registered for $t {
        fn into_table(table: Arc<Mutex<Table<$t>>>) -> AnyTable {
            AnyTable::$case(table)
        }
        fn of_table(table: &AnyTable) -> Option<Arc<Mutex<Table<$t>>>> {
            match table {
                AnyTable::$case(table) => Some(table.clone()),
                _ => None,
            }
        }
        fn into_waiting(waiting: Box<Waiting<$t>>) -> AnyWaiting {
            AnyWaiting::$case(waiting)
        }
        fn of_waiting(waiting: AnyWaiting) -> Option<Box<Waiting<$t>>> {
            match waiting {
                AnyWaiting::$case(waiting) => Some(waiting),
                _ => None,
            }
        }
    })* };
}
registered!(f32, F32; f64, F64);
