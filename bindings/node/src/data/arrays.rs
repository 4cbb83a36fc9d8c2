//! Batches as JavaScript sees them.

use napi::bindgen_prelude::{BigInt64Array, Float32Array, Float64Array, Int32Array, Uint8Array};
use napi_derive::napi;
use talray_runtime::data::{Batch, Column, Encoded, Values};

/// One column: exactly one of the value fields is there.
#[napi(object, object_from_js = false)]
pub struct RawColumn {
    /// 1 where a value is present; absent when all are.
    pub valid: Option<Uint8Array>,
    /// 32-bit floats.
    pub f32: Option<Float32Array>,
    /// 64-bit floats.
    pub f64: Option<Float64Array>,
    /// 64-bit integers.
    pub i64: Option<BigInt64Array>,
    /// Truth values, 1 or 0.
    pub bool: Option<Uint8Array>,
    /// Strings.
    pub text: Option<Vec<String>>,
    /// For lists: where each row begins in `elements`, one more than rows.
    pub offsets: Option<Float64Array>,
    /// For lists: one column with the elements of all rows.
    pub elements: Vec<RawColumn>,
}

/// A batch as it was read.
#[napi(object, object_from_js = false)]
pub struct RawBatch {
    /// How many rows.
    pub rows: f64,
    /// The columns' names.
    pub names: Vec<String>,
    /// The columns.
    pub columns: Vec<RawColumn>,
    /// The place after the batch, as JSON.
    pub state: String,
}

/// Any number of keys a row.
#[napi(object, object_from_js = false)]
pub struct RawMulti {
    /// The keys of all rows.
    pub keys: BigInt64Array,
    /// Where each row begins, one more than rows.
    pub offsets: BigInt64Array,
}

/// A fixed number of keys a row.
#[napi(object, object_from_js = false)]
pub struct RawSequence {
    /// `[rows, length]`.
    pub keys: BigInt64Array,
    /// 1 where there is a key.
    pub mask: Uint8Array,
    /// Keys of each row.
    pub lengths: Int32Array,
}

/// An encoded batch; see the layout of its encoder.
#[napi(object, object_from_js = false)]
pub struct RawEncoded {
    /// How many rows.
    pub rows: f64,
    /// `[rows, numbers]`.
    pub dense: Float32Array,
    /// `[features, rows]`.
    pub keys: BigInt64Array,
    /// Multi-valued features.
    pub multi: Vec<RawMulti>,
    /// Sequences.
    pub sequences: Vec<RawSequence>,
    /// `[rows, labels]`.
    pub labels: Float32Array,
    /// One weight a row.
    pub weights: Option<Float32Array>,
    /// The place after the batch, as JSON; empty outside a feed.
    pub state: String,
}

impl RawColumn {
    fn from(column: Column) -> RawColumn {
        let (values, validity) = column.into_parts();
        let mut out = RawColumn {
            valid: validity.map(|v| bytes(&v)),
            f32: None,
            f64: None,
            i64: None,
            bool: None,
            text: None,
            offsets: None,
            elements: Vec::new(),
        };
        match values {
            Values::F32(v) => out.f32 = Some(v.into()),
            Values::F64(v) => out.f64 = Some(v.into()),
            Values::I64(v) => out.i64 = Some(v.into()),
            Values::Bool(v) => out.bool = Some(bytes(&v)),
            Values::Text(v) => out.text = Some(v.iter().map(String::from).collect()),
            Values::List(list) => {
                out.offsets = Some(list.offsets.iter().map(|o| *o as f64).collect::<Vec<f64>>().into());
                out.elements.push(RawColumn::from(list.elements));
            }
        }
        out
    }
}

fn bytes(values: &[bool]) -> Uint8Array {
    values.iter().map(|v| u8::from(*v)).collect::<Vec<u8>>().into()
}

pub(super) fn raw_batch(batch: Batch, state: String) -> RawBatch {
    let rows = batch.rows() as f64;
    let names = batch.names().to_vec();
    let columns = batch.into_columns().into_iter().map(RawColumn::from).collect();
    RawBatch { rows, names, columns, state }
}

pub(super) fn raw_encoded(encoded: Encoded, state: String) -> RawEncoded {
    RawEncoded {
        rows: encoded.rows as f64,
        dense: encoded.dense.into(),
        keys: encoded.keys.into(),
        multi: encoded.multi.into_iter().map(|m| RawMulti { keys: m.keys.into(), offsets: m.offsets.into() }).collect(),
        sequences: encoded
            .sequences
            .into_iter()
            .map(|s| RawSequence { keys: s.keys.into(), mask: s.mask.into(), lengths: s.lengths.into() })
            .collect(),
        labels: encoded.labels.into(),
        weights: encoded.weights.map(Float32Array::from),
        state,
    }
}
