//! Golden cases: what independent programs gave for an op's inputs and attributes (see `tests/golden/README.md`).

use half::{bf16, f16};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use talray_core::graph::OpId;
use talray_core::{AttrKind, AttrValue, Attrs, DType, Dim, Literal, OpDef};

/// All cases of one op.
#[derive(Debug, Deserialize)]
pub struct Golden {
    /// The op's name.
    pub op: String,
    /// Its cases.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// The program that gave the outputs.
    pub source: String,
    /// Attributes by name; the others have their defaults.
    pub attrs: BTreeMap<String, Json>,
    /// Inputs; `None` is an absent optional.
    pub inputs: Vec<Option<Array>>,
    /// Outputs, perhaps fewer than the op has.
    pub outputs: Vec<Array>,
    /// Relative tolerance of floats.
    pub rtol: f64,
    /// Absolute tolerance of floats.
    pub atol: f64,
    /// Does the sign of a zero count?
    #[serde(default)]
    pub bits: bool,
}

/// An array as the file holds it.
#[derive(Debug, Deserialize)]
pub struct Array {
    /// Name of the dtype.
    pub dtype: String,
    /// Sizes.
    pub shape: Vec<usize>,
    /// Elements in row-major order: numbers, bools, or `"nan"`, `"inf"`, `"-inf"`.
    pub data: Vec<Json>,
}

fn path(op: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(format!("{op}.json"))
}

/// Are there cases of `op`?
pub fn exists(op: &str) -> bool {
    path(op).exists()
}

/// Reads the cases of `op`.
///
/// # Panics
/// When the file is missing or is not what `tests/golden/make.py` writes.
pub fn read(op: &str) -> Golden {
    let path = path(op);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The dtype of this name.
///
/// # Panics
/// When there is none.
pub fn dtype(name: &str) -> DType {
    DType::ALL.into_iter().find(|d| d.name() == name).unwrap_or_else(|| panic!("no dtype is named {name}"))
}

fn float(x: &Json) -> f64 {
    match x {
        Json::String(s) => s.parse().unwrap_or_else(|e| panic!("{s}: {e}")),
        Json::Bool(b) => f64::from(u8::from(*b)),
        _ => x.as_f64().unwrap_or_else(|| panic!("{x} is not a number")),
    }
}

impl Case {
    /// The dtype that the case is about: that of its first input, or of its first output when it has none.
    pub fn dtype(&self) -> DType {
        let first = self.inputs.iter().flatten().next().or(self.outputs.first());
        first.map_or(DType::F32, Array::dtype)
    }
}

impl Array {
    /// The element type.
    pub fn dtype(&self) -> DType {
        dtype(&self.dtype)
    }

    /// The elements as little-endian bytes. 64-bit integers keep all their bits.
    pub fn bytes(&self) -> Vec<u8> {
        let dtype = self.dtype();
        let mut out = Vec::with_capacity(self.data.len() * dtype.size());
        for x in &self.data {
            match dtype {
                DType::I64 => out.extend(x.as_i64().unwrap_or_else(|| panic!("{x} is not an i64")).to_le_bytes()),
                DType::U64 => out.extend(x.as_u64().unwrap_or_else(|| panic!("{x} is not a u64")).to_le_bytes()),
                _ => out.extend(talray_core::graph::encode(&[float(x)], dtype)),
            }
        }
        out
    }

    /// The array as data of a graph.
    pub fn literal(&self) -> Literal {
        Literal { dtype: self.dtype(), shape: self.shape.iter().copied().collect(), bytes: self.bytes().into() }
    }
}

/// The attributes of `case` in the order of the op's record.
///
/// # Panics
/// When the case names an attribute that the op does not have, or of another kind.
pub fn attrs(id: OpId, case: &Case) -> Attrs {
    let def = id.def();
    let named: Vec<(&str, AttrValue)> = case.attrs.iter().map(|(name, value)| (name.as_str(), attr(def, name, value))).collect();
    talray_core::graph::complete(id, &named).unwrap_or_else(|e| panic!("{}: {e}", def.name))
}

fn attr(def: &OpDef, name: &str, value: &Json) -> AttrValue {
    let kind =
        def.attrs.iter().find(|a| a.name == name).unwrap_or_else(|| panic!("op {} has no attribute {name}", def.name)).kind;
    let wrong = || -> ! { panic!("op {}, attribute {name}: {value} is not of kind {kind:?}", def.name) };
    let integer = |x: &Json| x.as_i64().or_else(|| x.as_f64().filter(|f| f.fract() == 0.0).map(|f| f as i64));
    // A single number also serves where a list is wanted.
    let list = || value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    match kind {
        AttrKind::F64 => AttrValue::F64(float(value)),
        AttrKind::I64 => AttrValue::I64(integer(value).unwrap_or_else(|| wrong())),
        AttrKind::Bool => AttrValue::Bool(value.as_bool().unwrap_or_else(|| wrong())),
        AttrKind::DType => AttrValue::DType(dtype(value.as_str().unwrap_or_else(|| wrong()))),
        AttrKind::Enum(names) => {
            let text = value.as_str().unwrap_or_else(|| wrong());
            AttrValue::Enum(names.iter().position(|n| *n == text).unwrap_or_else(|| wrong()) as u16)
        }
        AttrKind::Text => AttrValue::Text(value.as_str().unwrap_or_else(|| wrong()).into()),
        AttrKind::F64s => AttrValue::F64s(list().iter().map(float).collect()),
        AttrKind::I64s => AttrValue::I64s(list().iter().map(|x| integer(x).unwrap_or_else(|| wrong())).collect()),
        AttrKind::Dims => {
            AttrValue::Dims(list().iter().map(|x| Dim::Known(integer(x).unwrap_or_else(|| wrong()) as usize)).collect())
        }
        AttrKind::Bools => AttrValue::Bools(list().iter().map(|x| x.as_bool().unwrap_or_else(|| wrong())).collect()),
    }
}

/// Element `i` of little-endian data as f64 (floats exactly, 64-bit integers rounded).
pub fn element(bytes: &[u8], dtype: DType, i: usize) -> f64 {
    fn at<const N: usize>(bytes: &[u8], i: usize) -> [u8; N] {
        bytes[i * N..(i + 1) * N].try_into().expect("N bytes")
    }
    match dtype {
        DType::F32 => f64::from(f32::from_le_bytes(at(bytes, i))),
        DType::F64 => f64::from_le_bytes(at(bytes, i)),
        DType::F16 => f16::from_le_bytes(at(bytes, i)).to_f64(),
        DType::BF16 => bf16::from_le_bytes(at(bytes, i)).to_f64(),
        DType::I8 => f64::from(i8::from_le_bytes(at(bytes, i))),
        DType::I16 => f64::from(i16::from_le_bytes(at(bytes, i))),
        DType::I32 => f64::from(i32::from_le_bytes(at(bytes, i))),
        DType::I64 => i64::from_le_bytes(at(bytes, i)) as f64,
        DType::U8 | DType::Bool => f64::from(bytes[i]),
        DType::U16 => f64::from(u16::from_le_bytes(at(bytes, i))),
        DType::U32 => f64::from(u32::from_le_bytes(at(bytes, i))),
        DType::U64 => u64::from_le_bytes(at(bytes, i)) as f64,
    }
}

/// How `got` (an output's dtype, sizes and little-endian elements) misses what `case` wants as output `out`; `None` when it does not.
pub fn difference(case: &Case, out: usize, got_dtype: DType, got_shape: &[usize], got: &[u8]) -> Option<String> {
    let want = &case.outputs[out];
    if got_dtype != want.dtype() || got_shape != want.shape {
        return Some(format!("output {out}: expected {} {:?}, received {got_dtype} {got_shape:?}", want.dtype, want.shape));
    }
    let bytes = want.bytes();
    if got.len() != bytes.len() {
        return Some(format!("output {out}: expected {} bytes, received {}", bytes.len(), got.len()));
    }
    if !got_dtype.is_float() {
        let size = got_dtype.size();
        let i = (0..want.data.len()).find(|i| got[i * size..(i + 1) * size] != bytes[i * size..(i + 1) * size])?;
        return Some(format!("output {out}, element {i}: expected {}, received {}", want.data[i], element(got, got_dtype, i)));
    }
    (0..want.data.len()).find_map(|i| {
        let (g, w) = (element(got, got_dtype, i), element(&bytes, got_dtype, i));
        let same_zero = !case.bits || w != 0.0 || g.is_sign_negative() == w.is_sign_negative();
        let near = w.is_finite() && (g - w).abs() <= case.atol + case.rtol * w.abs();
        let close = g == w || (g.is_nan() && w.is_nan()) || near;
        (!(close && same_zero)).then(|| {
            format!("output {out}, element {i}: expected {w:e}, received {g:e} (relative error {:.1e})", ((g - w) / w).abs())
        })
    })
}
