//! Errors of the readers and transforms, and the wording that several of them share.

pub use talray_core::{Code, Error, Result};

/// An operating-system failure at a place; bytes that do not decode are a format error.
pub(crate) fn io_error(place: &str, error: &std::io::Error) -> Error {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    let code = match error.kind() {
        UnexpectedEof | InvalidData | InvalidInput => Code::Format,
        _ => Code::Io,
    };
    let hint = match error.kind() {
        UnexpectedEof => " (the file ends too early: it is cut off or still being written)",
        InvalidData | InvalidInput => " (the bytes are damaged)",
        _ => "",
    };
    Error::new(code, format!("{place}: {error}{hint}"))
}

/// The error for a name that does not exist, with the nearest ones that do.
pub(crate) fn unknown_name<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Error {
    let mut ranked: Vec<(f64, &str)> =
        known.into_iter().map(|k| (strsim::jaro_winkler(&name.to_lowercase(), &k.to_lowercase()), k)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<String> = ranked.iter().take(3).filter(|r| r.0 > 0.6).map(|r| format!("'{}'", r.1)).collect();
    let hint = if near.is_empty() {
        let all: Vec<String> = ranked.iter().take(20).map(|r| format!("'{}'", r.1)).collect();
        format!("known are {}", if all.is_empty() { "none".into() } else { all.join(", ") })
    } else {
        format!("nearest are {}", near.join(", "))
    };
    Error::option(format!("unknown {what} '{name}': {hint}"))
}
