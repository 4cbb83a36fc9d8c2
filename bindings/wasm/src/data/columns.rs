//! Columns that JavaScript hands over, one after the other.

use crate::Result;
use crate::errors::Throws;
use std::cell::RefCell;
use talray_runtime::Error;
use talray_runtime::data::{Batch, Column, Text, Values, column_from_json};
use wasm_bindgen::prelude::wasm_bindgen;

/// Columns on their way to a batch.
#[wasm_bindgen]
#[derive(Default)]
pub struct NativeColumns {
    columns: RefCell<Vec<(String, Column)>>,
}

#[wasm_bindgen]
impl NativeColumns {
    /// No columns.
    #[wasm_bindgen(constructor)]
    pub fn new() -> NativeColumns {
        NativeColumns::default()
    }

    /// Adds 32-bit floats.
    #[wasm_bindgen(js_name = addF32)]
    pub fn add_f32(&self, name: String, values: Vec<f32>) {
        self.push(name, Column::full(Values::F32(values)));
    }

    /// Adds 64-bit floats.
    #[wasm_bindgen(js_name = addF64)]
    pub fn add_f64(&self, name: String, values: Vec<f64>) {
        self.push(name, Column::full(Values::F64(values)));
    }

    /// Adds 64-bit integers; of 64-bit unsigned ones, their bits.
    #[wasm_bindgen(js_name = addI64)]
    pub fn add_i64(&self, name: String, values: Vec<i64>) {
        self.push(name, Column::full(Values::I64(values)));
    }

    /// Adds strings; `valid` is 1 where there is one.
    #[wasm_bindgen(js_name = addText)]
    pub fn add_text(&self, name: String, values: Vec<String>, valid: &[u8]) -> Result<()> {
        let validity = valid.iter().map(|v| *v != 0).collect();
        let text = values.iter().collect::<Text>();
        self.push(name, Column::new(Values::Text(text), Some(validity)).throws()?);
        Ok(())
    }

    /// Adds values written as a JSON array: numbers, truth values, strings, lists of them, nulls.
    #[wasm_bindgen(js_name = addJson)]
    pub fn add_json(&self, name: String, json: &str) -> Result<()> {
        let column = column_from_json(&name, json).throws()?;
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
