//! Embedding tables as a binding holds them. Whatever looks at all rows, or replaces them, is a job
//! of the engine, so that it comes between the steps around it and never inside one.

use crate::session::Session;
use crate::slots::State;
use crate::{Engine, Error, Handle, Result};
use bytemuck::{Pod, cast_slice};
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use talray_core::Type;
use talray_core::rows::{RowElement, SlotSpec};
use talray_kernels_cpu::rows::TableHandle;
use talray_tables::file::{Manifest, load_part, save_part};
use talray_tables::{ArrayTable, HashTable, TableOptions, TableStats};

pub use talray_kernels_cpu::rows::next_lookup;

/// What a table is made of, as JSON gives it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    options: TableOptions,
    dtype: String,
    /// Of a closed table.
    vocabulary: Option<usize>,
}

/// A table: its rows, and the name under which ops reach them.
pub struct Table {
    engine: Arc<Engine>,
    rows: Arc<dyn Rows>,
    handle: Arc<TableHandle>,
}

/// All keys, and their vectors as bytes.
pub type Content = (Vec<u64>, Vec<u8>);

impl Table {
    /// A new table from JSON: `options` (see [`TableOptions`]), `dtype`, and for a closed one `vocabulary`.
    ///
    /// # Errors
    /// `OPTION` for options out of range, `MEMORY` for a vocabulary that does not fit.
    pub fn new(engine: Arc<Engine>, json: &str) -> Result<Table> {
        let spec: Spec = serde_json::from_str(json).map_err(|e| Error::option(format!("options of a table: {e}")))?;
        let (rows, handle) = match (spec.dtype.as_str(), spec.vocabulary) {
            ("f32", None) => single(HashTable::new(spec.options)?),
            ("f32", Some(n)) => single(ArrayTable::new(spec.options, n)?),
            ("f64", None) => double(HashTable::new(spec.options)?),
            ("f64", Some(n)) => double(ArrayTable::new(spec.options, n)?),
            (other, _) => return Err(Error::option(format!("rows of a table are of f32 or f64; received {other}"))),
        };
        Ok(Table { engine, rows, handle: Arc::new(handle) })
    }

    /// The first word of its tokens.
    pub fn id(&self) -> u64 {
        self.handle.token()[0]
    }

    /// Rows and bytes, after all steps that were started.
    ///
    /// # Errors
    /// `INTERNAL` when the engine's thread is gone.
    pub fn stats(&self) -> Result<TableStats> {
        self.wait(|rows, _| Ok(rows.stats()))
    }

    /// Gives its rows these slots, at their first values; vectors stay.
    ///
    /// # Errors
    /// `OPTION` for slots that cannot be, `MEMORY` when the rows do not fit twice.
    pub fn set_slots(&self, json: &str) -> Result<()> {
        let slots: Vec<SlotSpec> = serde_json::from_str(json).map_err(|e| Error::option(format!("slots of a table: {e}")))?;
        self.wait(move |rows, handle| {
            rows.set_slots(slots)?;
            handle.forget();
            Ok(())
        })
    }

    /// Gives all keys and vectors to `done`.
    ///
    /// # Errors
    /// `INTERNAL` when the engine's thread is gone.
    pub fn export(&self, done: impl FnOnce(Result<Content>) + Send + 'static) -> Result<()> {
        self.start(|rows, _| Ok(rows.export()), done)
    }

    /// Writes its files into a folder, under names that begin with `prefix`; gives the manifest.
    ///
    /// # Errors
    /// `INTERNAL` when the engine's thread is gone; what fails while writing reaches `done`.
    pub fn save(&self, folder: PathBuf, prefix: String, done: impl FnOnce(Result<String>) + Send + 'static) -> Result<()> {
        let work = move |rows: &dyn Rows, _: &TableHandle| text(&rows.save(&folder, &prefix)?);
        self.start(work, done)
    }

    /// Takes up rows and slots that [`Table::save`] wrote. Where it fails the table stays as it was.
    ///
    /// # Errors
    /// `INTERNAL` when the engine's thread is gone; what is wrong with the files reaches `done`.
    pub fn load(&self, folder: PathBuf, manifest: String, done: impl FnOnce(Result<()>) + Send + 'static) -> Result<()> {
        let work = move |rows: &dyn Rows, handle: &TableHandle| {
            rows.load(&folder, &Manifest::from_bytes(manifest.as_bytes())?)?;
            handle.forget();
            Ok(())
        };
        self.start(work, done)
    }

    /// Its files in memory, under names that begin with `prefix`, and their manifest: [`Table::save`] where there is no
    /// file system.
    ///
    /// # Errors
    /// `INTERNAL` when the engine's thread is gone.
    pub fn pack(&self, prefix: String, done: impl FnOnce(Result<(String, Files)>) + Send + 'static) -> Result<()> {
        let work = move |rows: &dyn Rows, _: &TableHandle| {
            let (mut manifest, mut files) = rows.pack()?;
            manifest.files.iter_mut().for_each(|f| f.name.insert_str(0, &prefix));
            files.iter_mut().for_each(|(name, _)| name.insert_str(0, &prefix));
            Ok((text(&manifest)?, files))
        };
        self.start(work, done)
    }

    /// Takes up rows and slots from files that were read into memory. Where it fails the table stays as it was.
    ///
    /// # Errors
    /// `INTERNAL` when the engine's thread is gone; what is wrong with the files reaches `done`.
    pub fn unpack(&self, files: Files, manifest: String, done: impl FnOnce(Result<()>) + Send + 'static) -> Result<()> {
        let work = move |rows: &dyn Rows, handle: &TableHandle| {
            rows.unpack(&files, &Manifest::from_bytes(manifest.as_bytes())?)?;
            handle.forget();
            Ok(())
        };
        self.start(work, done)
    }

    /// Queues `work`, whose outcome `done` gets.
    fn start<R: 'static>(
        &self,
        work: impl FnOnce(&dyn Rows, &TableHandle) -> Result<R> + Send + 'static,
        done: impl FnOnce(Result<R>) + Send + 'static,
    ) -> Result<()> {
        let (rows, handle) = (self.rows.clone(), self.handle.clone());
        self.engine.submit(move |_| {
            let work = std::panic::AssertUnwindSafe(|| work(&*rows, &handle));
            let outcome = std::panic::catch_unwind(work);
            done(outcome.unwrap_or_else(|_| Err(Error::internal("the engine failed in a table; please report it"))));
        })
    }

    /// Runs `work` after what was queued, and waits for it.
    fn wait<R: Send + 'static>(&self, work: impl FnOnce(&dyn Rows, &TableHandle) -> Result<R> + Send + 'static) -> Result<R> {
        if self.engine.idle() {
            return work(&*self.rows, &self.handle);
        }
        let (sender, outcome) = mpsc::channel();
        self.start(work, move |r| drop(sender.send(r)))?;
        outcome.recv().map_err(|_| Error::internal("the engine's thread has ended"))?
    }
}

impl Session {
    /// A handle for what `handle` will hold, computed now, that the graph knows no more of: ops on it
    /// see the tensor and never compute it again. For reads of what changes.
    ///
    /// # Errors
    /// A disposed tensor, or one inside a recording.
    pub fn detached(&mut self, handle: Handle) -> Result<(Handle, Type)> {
        let i = self.slots.index(handle)?;
        let promise = self.promise(i)?;
        let ty = self.slots.get(i).ty.clone();
        let slot = self.slots.add(ty.clone(), State::Ready(promise));
        Ok((self.slots.handle(slot), ty))
    }
}

/// The rows of a table of any kind and element type.
trait Rows: Send + Sync {
    fn stats(&self) -> TableStats;
    fn set_slots(&self, slots: Vec<SlotSpec>) -> Result<()>;
    fn export(&self) -> Content;
    fn save(&self, folder: &std::path::Path, prefix: &str) -> Result<Manifest>;
    fn load(&self, folder: &std::path::Path, manifest: &Manifest) -> Result<()>;
    fn pack(&self) -> Result<(Manifest, Files)>;
    fn unpack(&self, files: &Files, manifest: &Manifest) -> Result<()>;
}

/// Files in memory: names and bytes.
pub type Files = Vec<(String, Vec<u8>)>;

fn text(manifest: &Manifest) -> Result<String> {
    String::from_utf8(manifest.to_bytes()?).map_err(|e| Error::internal(format!("a table's manifest: {e}")))
}

struct Held<T, S> {
    store: Arc<Mutex<S>>,
    element: std::marker::PhantomData<T>,
}

fn single<S: talray_tables::Table<f32>>(table: S) -> (Arc<dyn Rows>, TableHandle) {
    let store = Arc::new(Mutex::new(table));
    (Arc::new(Held { store: store.clone(), element: std::marker::PhantomData::<f32> }), TableHandle::single(store))
}

fn double<S: talray_tables::Table<f64>>(table: S) -> (Arc<dyn Rows>, TableHandle) {
    let store = Arc::new(Mutex::new(table));
    (Arc::new(Held { store: store.clone(), element: std::marker::PhantomData::<f64> }), TableHandle::double(store))
}

impl<T, S> Held<T, S> {
    fn lock(&self) -> MutexGuard<'_, S> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: RowElement + Pod, S: talray_tables::Table<T>> Held<T, S> {
    /// Puts what `read` gives in the place of the rows, if its vectors are as long.
    fn replace(&self, manifest: &Manifest, read: impl FnOnce() -> Result<S>) -> Result<()> {
        let mut table = self.lock();
        let (own, saved) = (table.options(), &manifest.options);
        if own.width != saved.width {
            return Err(Error::shape(format!(
                "table {:?}: expected vectors of {} numbers, the saved table has {}",
                own.name, own.width, saved.width
            )));
        }
        *table = read()?;
        Ok(())
    }
}

impl<T: RowElement + Pod, S: talray_tables::Table<T>> Rows for Held<T, S> {
    fn stats(&self) -> TableStats {
        self.lock().stats()
    }

    fn set_slots(&self, slots: Vec<SlotSpec>) -> Result<()> {
        let mut table = self.lock();
        *table = table.with_slots(slots)?;
        Ok(())
    }

    fn export(&self) -> Content {
        let (keys, vectors) = self.lock().content();
        (keys, cast_slice(&vectors).to_vec())
    }

    fn save(&self, folder: &std::path::Path, prefix: &str) -> Result<Manifest> {
        save_part(&*self.lock(), folder, prefix)
    }

    fn load(&self, folder: &std::path::Path, manifest: &Manifest) -> Result<()> {
        self.replace(manifest, || load_part(folder, manifest))
    }

    fn pack(&self) -> Result<(Manifest, Files)> {
        let mut files = Files::new();
        let manifest = self.lock().to_files(&mut |name, bytes| {
            files.push((name.to_owned(), bytes.to_vec()));
            Ok(())
        })?;
        Ok((manifest, files))
    }

    fn unpack(&self, files: &Files, manifest: &Manifest) -> Result<()> {
        self.replace(manifest, || {
            S::from_files(manifest, &mut |entry| {
                let file = files.iter().find(|(name, _)| *name == entry.name);
                let missing = || Error::format(format!("{}: the file is missing", entry.name));
                file.map(|(_, bytes)| bytes.clone()).ok_or_else(missing)
            })
        })
    }
}
