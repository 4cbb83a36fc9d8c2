//! Errors as data: a code for programs, a message for people, and the op it happened in.

use std::fmt;

/// What kind of mistake it was. The names cross to JavaScript as `TalrayError.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Code {
    /// Shapes do not fit together.
    Shape,
    /// A dtype is not accepted here.
    Dtype,
    /// A device is missing or cannot do this.
    Device,
    /// Memory ran out, or a limit was passed.
    Memory,
    /// Valid, but not something this build can do.
    Unsupported,
    /// Bytes that are not what they claim to be.
    Format,
    /// The file system or network failed.
    Io,
    /// An option or attribute has a wrong name or value.
    Option,
    /// NaN, infinity or another numeric failure.
    Numeric,
    /// A bug in Talray.
    Internal,
}

impl Code {
    /// The name as JavaScript sees it.
    pub const fn name(self) -> &'static str {
        match self {
            Code::Shape => "SHAPE",
            Code::Dtype => "DTYPE",
            Code::Device => "DEVICE",
            Code::Memory => "MEMORY",
            Code::Unsupported => "UNSUPPORTED",
            Code::Format => "FORMAT",
            Code::Io => "IO",
            Code::Option => "OPTION",
            Code::Numeric => "NUMERIC",
            Code::Internal => "INTERNAL",
        }
    }
}

/// An error with its code, the op it arose in (if any) and a message that says what was
/// expected, what was received, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The kind of mistake.
    pub code: Code,
    /// Name of the op, where one was being recorded or run.
    pub op: Option<Box<str>>,
    /// Text for people.
    pub message: Box<str>,
}

/// Result with [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A new error without an op.
    pub fn new(code: Code, message: impl Into<String>) -> Error {
        Error { code, op: None, message: message.into().into_boxed_str() }
    }

    /// Names the op, unless an inner one is already named.
    #[must_use]
    pub fn in_op(mut self, op: &str) -> Error {
        self.op.get_or_insert_with(|| op.into());
        self
    }
}

macro_rules! constructors {
    ($($name:ident $code:ident),*) => {
        impl Error {
            $(#[doc = concat!("A new error with code `", stringify!($code), "`.")]
            pub fn $name(message: impl Into<String>) -> Error { Error::new(Code::$code, message) })*
        }
    };
}
constructors!(shape Shape, dtype Dtype, device Device, memory Memory, unsupported Unsupported, format Format, io Io, option Option, numeric Numeric, internal Internal);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.op {
            Some(op) => write!(f, "[{op}] {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Error {}
