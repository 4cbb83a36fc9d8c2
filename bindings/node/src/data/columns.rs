//! Columns that JavaScript hands over, one after the other.

use crate::errors::Throws;
use napi::bindgen_prelude::{BigInt64Array, Float32Array, Float64Array, Result, Uint8Array};
use napi_derive::napi;
use std::cell::RefCell;
use talray_runtime::Error;
use talray_runtime::data::{Batch, Column, Text, Values, column_from_json};

/// Columns on their way to a batch.
#[napi]
#[derive(Default)]
pub struct NativeColumns {
    columns: RefCell<Vec<(String, Column)>>,
}

#[napi]
impl NativeColumns {
    /// No columns.
    #[napi(constructor, catch_unwind)]
    pub fn new() -> NativeColumns {
        NativeColumns::default()
    }

    /// Adds 32-bit floats.
    #[napi(catch_unwind)]
    pub fn add_f32(&self, name: String, values: Float32Array) {
        self.push(name, Column::full(Values::F32(values.to_vec())));
    }

    /// Adds 64-bit floats.
    #[napi(catch_unwind)]
    pub fn add_f64(&self, name: String, values: Float64Array) {
        self.push(name, Column::full(Values::F64(values.to_vec())));
    }

    /// Adds 64-bit integers; of 64-bit unsigned ones, their bits.
    #[napi(catch_unwind)]
    pub fn add_i64(&self, name: String, values: BigInt64Array) {
        self.push(name, Column::full(Values::I64(values.to_vec())));
    }

    /// Adds strings; `valid` is 1 where there is one.
    #[napi(catch_unwind)]
    pub fn add_text(&self, name: String, values: Vec<String>, valid: Uint8Array) -> Result<()> {
        let validity = valid.iter().map(|v| *v != 0).collect();
        let text = values.iter().collect::<Text>();
        self.push(name, Column::new(Values::Text(text), Some(validity)).throws()?);
        Ok(())
    }

    /// Adds values written as a JSON array: numbers, truth values, strings, lists of them, nulls.
    #[napi(catch_unwind)]
    pub fn add_json(&self, name: String, json: String) -> Result<()> {
        let column = column_from_json(&name, &json).throws()?;
        self.push(name, column);
        Ok(())
    }

    fn push(&self, name: String, column: Column) {
        self.columns.borrow_mut().push((name, column));
    }

    /// The columns as a batch; none are left here.
    pub(super) fn take(&self) -> std::result::Result<Batch, Error> {
        Batch::from_columns(self.columns.take())
    }
}
