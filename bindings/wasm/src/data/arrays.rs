//! Batches as JavaScript sees them: plain objects of typed arrays.

use crate::object::object;
use js_sys::{Array, BigInt64Array, Float32Array, Float64Array, Int32Array, Object, Uint8Array};
use talray_runtime::data::{Batch, Column, Encoded, Values};
use wasm_bindgen::JsValue;

/// One column: exactly one of the value fields is there.
fn column(column: Column) -> Object {
    let (values, validity) = column.into_parts();
    let (field, values, elements): (&str, JsValue, Array) = match values {
        Values::F32(v) => ("f32", Float32Array::from(&*v).into(), Array::new()),
        Values::F64(v) => ("f64", Float64Array::from(&*v).into(), Array::new()),
        Values::I64(v) => ("i64", BigInt64Array::from(&*v).into(), Array::new()),
        Values::Bool(v) => ("bool", bytes(&v).into(), Array::new()),
        Values::Text(v) => ("text", v.iter().map(JsValue::from_str).collect::<Array>().into(), Array::new()),
        Values::List(list) => {
            let offsets: Vec<f64> = list.offsets.iter().map(|o| *o as f64).collect();
            let elements = Array::of1(&self::column(list.elements));
            ("offsets", Float64Array::from(&*offsets).into(), elements)
        }
    };
    let valid = validity.map_or(JsValue::UNDEFINED, |v| bytes(&v).into());
    object(&[("valid", valid), (field, values), ("elements", elements.into())])
}

fn bytes(values: &[bool]) -> Uint8Array {
    Uint8Array::from(&*values.iter().map(|v| u8::from(*v)).collect::<Vec<u8>>())
}

/// A batch as it was read, and the place after it.
pub(super) fn raw_batch(batch: Batch, state: &str) -> Object {
    let rows = batch.rows() as f64;
    let names: Array = batch.names().iter().map(|n| JsValue::from_str(n)).collect();
    let columns: Array = batch.into_columns().into_iter().map(column).collect();
    object(&[("rows", rows.into()), ("names", names.into()), ("columns", columns.into()), ("state", state.into())])
}

/// An encoded batch and the place after it; see the layout of its encoder.
pub(super) fn raw_encoded(encoded: &Encoded, state: &str) -> Object {
    let multi = encoded.multi.iter().map(|m| {
        let (keys, offsets) = (BigInt64Array::from(&*m.keys), BigInt64Array::from(&*m.offsets));
        object(&[("keys", keys.into()), ("offsets", offsets.into())])
    });
    let sequences = encoded.sequences.iter().map(|s| {
        let (keys, mask, lengths) = (BigInt64Array::from(&*s.keys), Uint8Array::from(&*s.mask), Int32Array::from(&*s.lengths));
        object(&[("keys", keys.into()), ("mask", mask.into()), ("lengths", lengths.into())])
    });
    object(&[
        ("rows", (encoded.rows as f64).into()),
        ("dense", Float32Array::from(&*encoded.dense).into()),
        ("keys", BigInt64Array::from(&*encoded.keys).into()),
        ("multi", multi.collect::<Array>().into()),
        ("sequences", sequences.collect::<Array>().into()),
        ("labels", Float32Array::from(&*encoded.labels).into()),
        ("weights", encoded.weights.as_ref().map_or(JsValue::UNDEFINED, |w| Float32Array::from(&**w).into())),
        ("state", state.into()),
    ])
}
