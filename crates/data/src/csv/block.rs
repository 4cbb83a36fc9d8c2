//! Cuts a file into blocks of whole records, each knowing where it stands.

use super::index::{Flaw, Index};
use super::options::Dialect;
use crate::error::{Error, Result, io_error};
use crate::files::Input;
use std::io::Read;

/// Whole lines of one file.
pub(crate) struct Block {
    pub place: String,
    pub bytes: Vec<u8>,
    /// The number of the first line, from 1.
    pub line: u64,
}

impl Block {
    /// `file:line:column` of a byte, both from 1; the column counts characters.
    pub(crate) fn locate(&self, at: usize) -> String {
        let before = &self.bytes[..at.min(self.bytes.len())];
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |n| n + 1);
        let line = self.line + memchr::memchr_iter(b'\n', &before[..line_start]).count() as u64;
        let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
        format!("{}:{line}:{column}", self.place)
    }

    /// The error for a flaw found `base` bytes into the block.
    pub(crate) fn flaw(&self, base: usize, flaw: &Flaw, dialect: Dialect) -> Error {
        let at = |offset: usize| self.locate(base + offset);
        Error::format(match *flaw {
            Flaw::Width { record, found, expected } => format!(
                "{}: expected {expected} fields (delimiter '{}'), received {found}",
                at(record),
                dialect.delimiter as char
            ),
            Flaw::Unclosed { quote } => format!(
                "{}: the quote that opens here is never closed; write quote: '' if quotes have no meaning in this file",
                at(quote)
            ),
            Flaw::AfterQuote { at: offset } => format!(
                "{}: expected a delimiter or line end after the closing quote; a quote inside quotes is written twice",
                at(offset)
            ),
        })
    }
}

/// Reads blocks one after the other.
pub(crate) struct Blocks {
    place: String,
    reader: Box<dyn Read + Send>,
    dialect: Dialect,
    max_record: usize,
    /// What is read and not handed out yet; starts at the start of a line.
    carry: Vec<u8>,
    offset: u64,
    line: u64,
    ended: bool,
}

impl Blocks {
    /// Opens a file at a byte (of its unpacked text) that starts the given line.
    pub(crate) fn open(input: &Input, dialect: Dialect, max_record: usize, offset: u64, line: u64) -> Result<Self> {
        let mut blocks = Self {
            place: input.place(),
            reader: input.open(offset)?,
            dialect,
            max_record,
            carry: Vec::new(),
            offset,
            line,
            ended: false,
        };
        if offset == 0 {
            blocks.read_more(3)?;
            match blocks.carry.as_slice() {
                [0xef, 0xbb, 0xbf] => {
                    blocks.carry.clear();
                    blocks.offset = 3;
                }
                [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                    return Err(Error::format(format!("{}: the file is UTF-16 text; save it as UTF-8", blocks.place)));
                }
                _ => {}
            }
        }
        Ok(blocks)
    }

    /// The file's name in messages.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Where the next block starts: byte and line.
    pub(crate) fn position(&self) -> (u64, u64) {
        (self.offset, self.line)
    }

    /// The next whole records, about `size` bytes of them; `None` at the end.
    pub(crate) fn next(&mut self, size: usize) -> Result<Option<Block>> {
        let mut target = size.max(64);
        loop {
            self.read_more(target)?;
            if self.carry.is_empty() {
                return Ok(None);
            }
            let end = if self.ended { self.carry.len() } else { self.whole_records()? };
            if end > 0 {
                return Ok(Some(self.hand_out(end)));
            }
            if self.carry.len() > self.max_record {
                return Err(Error::format(format!(
                    "{}:{}: the record that starts here is longer than {} bytes (maxRecordBytes); is a quote left unclosed?",
                    self.place, self.line, self.max_record
                )));
            }
            target = self.carry.len() * 2;
        }
    }

    /// Gives back the rest of a block of which only the first `used` bytes were wanted.
    pub(crate) fn put_back(&mut self, block: Block, used: usize) {
        self.offset -= (block.bytes.len() - used) as u64;
        self.line -= count_lines(&block.bytes[used..]);
        let mut bytes = block.bytes;
        bytes.drain(..used);
        bytes.append(&mut self.carry);
        self.carry = bytes;
    }

    fn hand_out(&mut self, end: usize) -> Block {
        let rest = self.carry[end..].to_vec();
        let mut bytes = std::mem::replace(&mut self.carry, rest);
        bytes.truncate(end);
        let block = Block { place: self.place.clone(), line: self.line, bytes };
        self.offset += end as u64;
        self.line += count_lines(&block.bytes);
        block
    }

    fn read_more(&mut self, target: usize) -> Result<()> {
        let wanted = target.saturating_sub(self.carry.len());
        if wanted > 0 && !self.ended {
            self.carry.reserve(wanted);
            let read =
                (&mut self.reader).take(wanted as u64).read_to_end(&mut self.carry).map_err(|e| io_error(&self.place, &e))?;
            self.ended = read < wanted;
        }
        Ok(())
    }

    /// How many bytes of what is read make whole lines outside quotes.
    fn whole_records(&mut self) -> Result<usize> {
        let quoted = self.dialect.quote.is_some_and(|q| memchr::memchr(q, &self.carry).is_some());
        if !quoted {
            return Ok(memchr::memrchr(b'\n', &self.carry).map_or(0, |n| n + 1));
        }
        let mut index = Index::default();
        index.fill(&self.carry, false, usize::MAX, self.dialect).map_err(|flaw| {
            let bytes = std::mem::take(&mut self.carry);
            let block = Block { place: self.place.clone(), line: self.line, bytes };
            block.flaw(0, &flaw, self.dialect)
        })?;
        Ok(index.consumed)
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
