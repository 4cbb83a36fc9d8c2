//! The hot entries: what recording, running, uploading, reading and freeing takes, without arguments. Requests and
//! answers are in the shared words, so that crossing from JavaScript costs no conversion.
//!
//! Behind the words of requests lie those of data (what is uploaded, read or freed, which may happen while a request is
//! being written), and behind these the told ones: the status of the last entry, and how many recordings are open.

use crate::{DType, Error, Handle, Result, Session, wire, with_bytes};

/// Words of data.
const DATA: usize = 4096;
/// Words of data and told ones.
const TAIL: usize = DATA + 8;
/// From the end: where entries leave their status.
const STATUS: usize = 1;
/// From the end: how many recordings are open.
const DEPTH: usize = 2;

/// The status of a reading whose elements are longer than the words: the method of the same purpose is to be called.
const TOO_LONG: i32 = -2;

/// What an entry does with the words of requests and those of data; gives its status.
pub type Entry = fn(&mut Session, &mut [f64], &mut [f64]) -> Result<i32>;

/// All of them, with the names that bindings give them.
pub const ENTRIES: [(&str, Entry); 5] = [("apply", apply), ("upload", upload), ("read", read), ("free", free), ("run", run)];

/// Records the op that the words ask for: the number of outputs.
fn apply(session: &mut Session, words: &mut [f64], _: &mut [f64]) -> Result<i32> {
    Ok(session.apply_words(words)? as i32)
}

/// Makes a tensor. Data: dtype, rank, sizes, bytes, and the elements from the next word on. Answer, in its place: handle.
fn upload(session: &mut Session, _: &mut [f64], data: &mut [f64]) -> Result<i32> {
    let short = || Error::internal("an upload is longer than its words");
    let dtype = DType::from_wire(data[0] as u8)?;
    let rank = data[1] as usize;
    let shape: Vec<usize> = data.get(2..2 + rank).ok_or_else(short)?.iter().map(|n| *n as usize).collect();
    let length = *data.get(2 + rank).ok_or_else(short)? as usize;
    let elements = bytemuck::cast_slice::<f64, u8>(&data[3 + rank..]).get(..length).ok_or_else(short)?;
    data[0] = session.upload(elements, dtype, &shape)? as f64;
    Ok(1)
}

/// Reads a tensor, waiting for it. Data: handle. Answer, in its place: the elements; their number of bytes.
fn read(session: &mut Session, _: &mut [f64], data: &mut [f64]) -> Result<i32> {
    let promise = session.read(data[0] as Handle)?;
    let tensor = promise.wait().as_ref().map_err(Clone::clone)?;
    let room = bytemuck::cast_slice_mut::<f64, u8>(data);
    if tensor.bytes() > room.len() {
        return Ok(TOO_LONG);
    }
    with_bytes(&session.engine().cpu, tensor, |elements| {
        room[..elements.len()].copy_from_slice(elements);
        elements.len() as i32
    })
}

/// Gives handles back. Data: their number, and they.
fn free(session: &mut Session, _: &mut [f64], data: &mut [f64]) -> Result<i32> {
    for handle in data[1..].iter().take(data[0] as usize) {
        session.free(*handle as Handle);
    }
    Ok(0)
}

/// Starts a plan. Words: its number, the number of arguments, their handles. Answer: its results, as after an op.
fn run(session: &mut Session, words: &mut [f64], _: &mut [f64]) -> Result<i32> {
    let arguments: Vec<Handle> = words[2..].iter().take(words[1] as usize).map(|h| *h as Handle).collect();
    let outputs = session.run(words[0] as u32, &arguments)?;
    Ok(wire::encode_all(words, &outputs)? as i32)
}

/// Runs an entry over all the shared words; gives its status, which [`tell_status`] is for.
///
/// # Errors
/// What the entry failed with.
pub fn enter(entry: Entry, session: &mut Session, all: &mut [f64]) -> Result<i32> {
    let (words, tail) = all.split_at_mut(all.len() - TAIL);
    entry(session, words, &mut tail[..DATA])
}

/// Leaves the status of an entry in the words; −1 stands for an error.
pub fn tell_status(all: &mut [f64], status: i32) {
    let at = all.len() - STATUS;
    all[at] = f64::from(status);
}

/// Leaves in the words how many recordings are open.
pub fn tell_depth(all: &mut [f64], depth: usize) {
    let at = all.len() - DEPTH;
    all[at] = depth as f64;
}
