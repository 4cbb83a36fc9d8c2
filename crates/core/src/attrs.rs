//! Attribute values of ops and named access to them.

use crate::{DType, Dim, Error, OpDef, Result};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// One attribute's value. Equality and hash go by the bits of numbers, so that 0 and −0 differ and a NaN equals itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum AttrValue {
    /// Not given and without a default (for example `axis` meaning "all axes").
    Absent,
    /// A number.
    F64(f64),
    /// An integer.
    I64(i64),
    /// A flag.
    Bool(bool),
    /// A dtype.
    DType(DType),
    /// Index into the attribute's list of names.
    Enum(u16),
    /// Text.
    Text(Arc<str>),
    /// Numbers.
    F64s(Vec<f64>),
    /// Integers.
    I64s(Vec<i64>),
    /// Sizes, possibly symbolic. In a `reshape` from users, −1 is resolved before this is made.
    Dims(Vec<Dim>),
    /// Flags.
    Bools(Vec<bool>),
}

impl PartialEq for AttrValue {
    fn eq(&self, other: &AttrValue) -> bool {
        use AttrValue::*;
        match (self, other) {
            (Absent, Absent) => true,
            (F64(a), F64(b)) => a.to_bits() == b.to_bits(),
            (I64(a), I64(b)) => a == b,
            (Bool(a), Bool(b)) => a == b,
            (DType(a), DType(b)) => a == b,
            (Enum(a), Enum(b)) => a == b,
            (Text(a), Text(b)) => a == b,
            (F64s(a), F64s(b)) => a.iter().map(|x| x.to_bits()).eq(b.iter().map(|x| x.to_bits())),
            (I64s(a), I64s(b)) => a == b,
            (Dims(a), Dims(b)) => a == b,
            (Bools(a), Bools(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for AttrValue {}

impl Hash for AttrValue {
    fn hash<H: Hasher>(&self, h: &mut H) {
        std::mem::discriminant(self).hash(h);
        match self {
            AttrValue::Absent => {}
            AttrValue::F64(x) => x.to_bits().hash(h),
            AttrValue::I64(x) => x.hash(h),
            AttrValue::Bool(x) => x.hash(h),
            AttrValue::DType(x) => x.hash(h),
            AttrValue::Enum(x) => x.hash(h),
            AttrValue::Text(x) => x.hash(h),
            AttrValue::F64s(x) => x.iter().for_each(|x| x.to_bits().hash(h)),
            AttrValue::I64s(x) => x.hash(h),
            AttrValue::Dims(x) => x.hash(h),
            AttrValue::Bools(x) => x.hash(h),
        }
    }
}

/// The values of all attributes of one node, in the order of its `OpDef::attrs`.
pub type Attrs = SmallVec<[AttrValue; 2]>;

/// Attribute values with the record that names them.
#[derive(Clone, Copy, Debug)]
pub struct AttrsRef<'a> {
    /// The op's record.
    pub op: &'static OpDef,
    /// Values in the order of `op.attrs`.
    pub values: &'a [AttrValue],
}

impl<'a> AttrsRef<'a> {
    /// The value of attribute `name`.
    ///
    /// # Panics
    /// When the op declares no such attribute: a mistake in the op's own file, found by the first test that runs it.
    pub fn get(&self, name: &str) -> &'a AttrValue {
        let i = self.op.attrs.iter().position(|a| a.name == name);
        match i.and_then(|i| self.values.get(i)) {
            Some(v) => v,
            None => panic!("op {} has no attribute {name}", self.op.name),
        }
    }

    /// Was it given (or has it a default)?
    pub fn has(&self, name: &str) -> bool {
        !matches!(self.get(name), AttrValue::Absent)
    }

    fn wrong<T>(&self, name: &str, want: &str) -> Result<T> {
        Err(Error::option(format!("attribute {name}: expected {want}, received {:?}", self.get(name))).in_op(self.op.name))
    }

    /// A number (integers are accepted).
    pub fn f64(&self, name: &str) -> Result<f64> {
        match self.get(name) {
            AttrValue::F64(x) => Ok(*x),
            AttrValue::I64(x) => Ok(*x as f64),
            _ => self.wrong(name, "a number"),
        }
    }

    /// An integer.
    pub fn i64(&self, name: &str) -> Result<i64> {
        match self.get(name) {
            AttrValue::I64(x) => Ok(*x),
            _ => self.wrong(name, "an integer"),
        }
    }

    /// An integer of at least 0.
    pub fn u64(&self, name: &str) -> Result<u64> {
        match self.get(name) {
            AttrValue::I64(x) if *x >= 0 => Ok(*x as u64),
            _ => self.wrong(name, "an integer of at least 0"),
        }
    }

    /// An integer of at least 0 that a size can be on this machine.
    pub fn usize(&self, name: &str) -> Result<usize> {
        usize::try_from(self.u64(name)?).or_else(|_| self.wrong(name, &format!("an integer of at most {}", usize::MAX)))
    }

    /// A flag.
    pub fn bool(&self, name: &str) -> Result<bool> {
        match self.get(name) {
            AttrValue::Bool(x) => Ok(*x),
            _ => self.wrong(name, "true or false"),
        }
    }

    /// A dtype.
    pub fn dtype(&self, name: &str) -> Result<DType> {
        match self.get(name) {
            AttrValue::DType(x) => Ok(*x),
            _ => self.wrong(name, "a dtype"),
        }
    }

    /// The chosen name of an enum attribute.
    pub fn choice(&self, name: &str) -> Result<&'static str> {
        let attr = self.op.attrs.iter().find(|a| a.name == name);
        if let (Some(crate::Attr { kind: crate::AttrKind::Enum(names), .. }), AttrValue::Enum(i)) = (attr, self.get(name))
            && let Some(chosen) = names.get(*i as usize)
        {
            return Ok(chosen);
        }
        self.wrong(name, "one of its names")
    }

    /// Text.
    pub fn text(&self, name: &str) -> Result<&'a str> {
        match self.get(name) {
            AttrValue::Text(x) => Ok(x),
            _ => self.wrong(name, "text"),
        }
    }

    /// Integers.
    pub fn i64s(&self, name: &str) -> Result<&'a [i64]> {
        match self.get(name) {
            AttrValue::I64s(x) => Ok(x),
            _ => self.wrong(name, "a list of integers"),
        }
    }

    /// Numbers.
    pub fn f64s(&self, name: &str) -> Result<&'a [f64]> {
        match self.get(name) {
            AttrValue::F64s(x) => Ok(x),
            _ => self.wrong(name, "a list of numbers"),
        }
    }

    /// Sizes, possibly symbolic.
    pub fn dims(&self, name: &str) -> Result<&'a [Dim]> {
        match self.get(name) {
            AttrValue::Dims(x) => Ok(x),
            _ => self.wrong(name, "a list of sizes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_equal_by_their_bits() {
        assert_ne!(AttrValue::F64(0.0), AttrValue::F64(-0.0));
        assert_eq!(AttrValue::F64(f64::NAN), AttrValue::F64(f64::NAN));
        assert_ne!(AttrValue::F64s(vec![1.0, 0.0]), AttrValue::F64s(vec![1.0, -0.0]));
        assert_ne!(AttrValue::I64(1), AttrValue::F64(1.0));
    }
}
