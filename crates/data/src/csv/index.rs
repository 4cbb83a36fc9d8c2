//! Finds where records and fields lie in a block of text, without looking at what they say.

use super::options::Dialect;

/// Where one field lies in its block. The two top bits of `end` tell of quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    start: u32,
    end: u32,
}

const QUOTED: u32 = 1 << 31;
const DOUBLED: u32 = 1 << 30;

impl Field {
    fn plain(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    pub(crate) fn start(self) -> usize {
        self.start as usize
    }

    pub(crate) fn end(self) -> usize {
        (self.end & !(QUOTED | DOUBLED)) as usize
    }

    /// Whether the field stood in quotes (its range is what stands between them).
    pub(crate) fn quoted(self) -> bool {
        self.end & QUOTED != 0
    }

    /// Whether doubled quotes stand inside.
    pub(crate) fn doubled(self) -> bool {
        self.end & DOUBLED != 0
    }
}

/// The fields of whole records, record after record.
#[derive(Default)]
pub(crate) struct Index {
    pub fields: Vec<Field>,
    pub rows: usize,
    /// How many bytes from the start of the block are dealt with: all records indexed and all
    /// blank and comment lines before the next one.
    pub consumed: usize,
    width: Option<usize>,
}

/// What is wrong at a byte of the block.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Width { record: usize, found: usize, expected: usize },
    Unclosed { quote: usize },
    AfterQuote { at: usize },
}

impl Index {
    /// Forgets the records; the number of fields in each stays known.
    pub(crate) fn clear(&mut self) {
        self.fields.clear();
        self.rows = 0;
        self.consumed = 0;
    }

    pub(crate) fn with_width(width: Option<usize>) -> Self {
        Self { width, ..Self::default() }
    }

    /// How many fields each record has; known from the first record on.
    pub(crate) fn width(&self) -> Option<usize> {
        self.width
    }

    /// Indexes up to `max_rows` records of `data`, which starts at the start of a line. A record
    /// that the block cuts off is left alone, unless `last` says that the file ends here.
    pub(crate) fn fill(&mut self, data: &[u8], last: bool, max_rows: usize, dialect: Dialect) -> Result<(), Flaw> {
        self.clear();
        match dialect.quote {
            Some(quote) if memchr::memchr(quote, data).is_some() => self.fill_quoted(data, last, max_rows, dialect, quote),
            _ => self.fill_plain(data, last, max_rows, dialect),
        }
    }

    /// Ends the record that began at `begin` with fields from `first` on.
    fn end_record(&mut self, first: usize, begin: usize, next: usize) -> Result<(), Flaw> {
        let found = self.fields.len() - first;
        let expected = *self.width.get_or_insert(found);
        if found != expected {
            return Err(Flaw::Width { record: begin, found, expected });
        }
        self.rows += 1;
        self.consumed = next;
        Ok(())
    }

    fn fill_plain(&mut self, data: &[u8], last: bool, max_rows: usize, dialect: Dialect) -> Result<(), Flaw> {
        let Dialect { delimiter, comment, trim, .. } = dialect;
        let is_comment = |at: usize| comment.is_some() && data.get(at).copied() == comment;
        let mut begin = 0;
        let mut start = 0;
        let mut first = 0;
        let mut passing = is_comment(0);
        let mut base = 0;
        while base < data.len() && self.rows < max_rows {
            let mut marks = marks(&data[base..], delimiter);
            while marks != 0 {
                let at = base + marks.trailing_zeros() as usize;
                marks &= marks - 1;
                if data[at] != b'\n' {
                    if !passing {
                        self.fields.push(Field::plain(start, at));
                        start = at + 1;
                    }
                    continue;
                }
                if passing || (self.fields.len() == first && blank(&data[start..at], trim)) {
                    self.consumed = at + 1;
                } else {
                    let end = if at > start && data[at - 1] == b'\r' { at - 1 } else { at };
                    self.fields.push(Field::plain(start, end));
                    self.end_record(first, begin, at + 1)?;
                    first = self.fields.len();
                }
                begin = at + 1;
                start = begin;
                passing = is_comment(begin);
                if self.rows == max_rows {
                    return Ok(());
                }
            }
            base += 64;
        }
        if self.rows < max_rows {
            let empty = self.fields.len() == first && blank(&data[start..], trim);
            if last && !passing && !empty {
                let end = if data[start..].ends_with(b"\r") { data.len() - 1 } else { data.len() };
                self.fields.push(Field::plain(start, end));
                return self.end_record(first, begin, data.len());
            }
            self.fields.truncate(first);
            if last {
                self.consumed = data.len();
            }
        }
        Ok(())
    }

    fn fill_quoted(&mut self, data: &[u8], last: bool, max_rows: usize, dialect: Dialect, quote: u8) -> Result<(), Flaw> {
        let mut at = 0;
        while at < data.len() && self.rows < max_rows {
            let line_end = || memchr::memchr(b'\n', &data[at..]).map(|n| at + n);
            let passing = dialect.comment == Some(data[at]);
            if passing || blank_start(&data[at..], dialect.trim) {
                let end = line_end();
                if passing || end.map_or(last, |e| blank(&data[at..e], dialect.trim)) {
                    match end {
                        Some(e) => at = e + 1,
                        None if last => at = data.len(),
                        None => return Ok(()),
                    }
                    self.consumed = at;
                    continue;
                }
            }
            let first = self.fields.len();
            match self.quoted_record(data, at, last, dialect, quote)? {
                Some(next) => {
                    self.end_record(first, at, next)?;
                    at = next;
                }
                None => {
                    self.fields.truncate(first);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Indexes the record at `begin`; gives where the next line starts, or `None` when it is cut off.
    fn quoted_record(
        &mut self,
        data: &[u8],
        begin: usize,
        last: bool,
        dialect: Dialect,
        quote: u8,
    ) -> Result<Option<usize>, Flaw> {
        let Dialect { delimiter, trim, .. } = dialect;
        let mut at = begin;
        loop {
            let open = if trim { skip_space(data, at, delimiter) } else { at };
            if data.get(open) != Some(&quote) {
                let end = memchr::memchr2(delimiter, b'\n', &data[at..]).map(|n| at + n);
                match end {
                    Some(e) if data[e] == delimiter && delimiter != b'\n' => {
                        self.fields.push(Field::plain(at, e));
                        at = e + 1;
                        continue;
                    }
                    None if !last => return Ok(None),
                    _ => {
                        let stop = end.unwrap_or(data.len());
                        let cut = usize::from(data[at..stop].ends_with(b"\r"));
                        self.fields.push(Field::plain(at, stop - cut));
                        return Ok(Some(end.map_or(data.len(), |e| e + 1)));
                    }
                }
            }
            let mut close = open + 1;
            let mut flags = QUOTED;
            loop {
                match memchr::memchr(quote, &data[close..]) {
                    None if last => return Err(Flaw::Unclosed { quote: open }),
                    None => return Ok(None),
                    Some(n) => close += n,
                }
                if data.get(close + 1) != Some(&quote) {
                    break;
                }
                flags |= DOUBLED;
                close += 2;
            }
            self.fields.push(Field { start: open as u32 + 1, end: close as u32 | flags });
            let mut after = close + 1;
            if trim {
                after = skip_space(data, after, delimiter);
            }
            match data.get(after..).unwrap_or_default() {
                [] if last => return Ok(Some(data.len())),
                [] => return Ok(None),
                [b'\n', ..] => return Ok(Some(after + 1)),
                [b'\r', b'\n', ..] => return Ok(Some(after + 2)),
                [b'\r'] if last => return Ok(Some(data.len())),
                [b'\r'] => return Ok(None),
                [d, ..] if *d == delimiter => at = after + 1,
                _ => return Err(Flaw::AfterQuote { at: after }),
            }
        }
    }
}

fn skip_space(data: &[u8], mut at: usize, delimiter: u8) -> usize {
    while let Some(b @ (b' ' | b'\t')) = data.get(at)
        && *b != delimiter
    {
        at += 1;
    }
    at
}

fn blank(line: &[u8], trim: bool) -> bool {
    match line {
        [] | [b'\r'] => true,
        _ => trim && line.iter().all(|b| matches!(b, b' ' | b'\t' | b'\r')),
    }
}

fn blank_start(rest: &[u8], trim: bool) -> bool {
    match rest[0] {
        b'\n' | b'\r' => true,
        b' ' | b'\t' => trim,
        _ => false,
    }
}

/// A bit for each of the first 64 bytes that is a delimiter or a line feed.
#[inline]
fn marks(data: &[u8], delimiter: u8) -> u64 {
    let mut block = [0u8; 64];
    let block: &[u8; 64] = match data.first_chunk() {
        Some(full) => full,
        None => {
            // The padding must not look like a mark.
            let filler = if delimiter == 0 { 1 } else { 0 };
            block[data.len()..].fill(filler);
            block[..data.len()].copy_from_slice(data);
            &block
        }
    };
    let mut flags = [0u8; 64];
    for (flag, byte) in flags.iter_mut().zip(block) {
        *flag = u8::from(*byte == delimiter) | u8::from(*byte == b'\n');
    }
    let mut bits = 0;
    for (i, eight) in flags.chunks_exact(8).enumerate() {
        let word = u64::from_le_bytes([eight[0], eight[1], eight[2], eight[3], eight[4], eight[5], eight[6], eight[7]]);
        // Multiplying gathers the lowest bit of each byte into the top byte.
        bits |= (word.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * i);
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str, dialect: Dialect) -> Result<Vec<Vec<String>>, Flaw> {
        let mut index = Index::default();
        index.fill(text.as_bytes(), true, usize::MAX, dialect)?;
        let width = index.width().unwrap_or(1);
        let texts: Vec<String> = index.fields.iter().map(|f| text[f.start()..f.end()].to_string()).collect();
        Ok(texts.chunks(width).map(<[String]>::to_vec).collect())
    }

    const PLAIN: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), comment: Some(b'#'), trim: true };

    #[test]
    fn marks_finds_each_delimiter_and_line_feed() {
        let text = "a,b\ncc,".repeat(12);
        let expected = text.bytes().take(64).enumerate().fold(0, |m, (i, b)| m | (u64::from(b == b',' || b == b'\n') << i));
        assert_eq!(marks(text.as_bytes(), b','), expected);
        assert_eq!(marks(b",", b','), 1);
    }

    #[test]
    fn both_paths_find_the_same_fields() {
        let text = "# note, one\na,b\r\n\n 1 ,2\n#x\n,\n3,";
        let plain = fields(text, PLAIN).unwrap();
        let mut index = Index::default();
        index.fill_quoted(text.as_bytes(), true, usize::MAX, PLAIN, b'"').unwrap();
        let quoted: Vec<String> = index.fields.iter().map(|f| text[f.start()..f.end()].to_string()).collect();
        assert_eq!(plain.concat(), quoted);
        assert_eq!(plain, [["a", "b"], [" 1 ", "2"], ["", ""], ["3", ""]]);
    }

    #[test]
    fn quotes_may_hold_delimiters_line_ends_and_doubled_quotes() {
        let rows = fields("a, \"b,\nc\" \n\"d \"\"e\"\"\",f", PLAIN).unwrap();
        assert_eq!(rows, [["a", "b,\nc"], ["d \"\"e\"\"", "f"]]);
    }

    #[test]
    fn a_cut_off_record_is_left_for_the_next_block() {
        for text in ["a,b\nc,", "a,b\n\"c", "a,b\n\"c\"", "a,b\n#c"] {
            let mut index = Index::default();
            index.fill(text.as_bytes(), false, usize::MAX, PLAIN).unwrap();
            assert_eq!((index.rows, index.consumed, index.fields.len()), (1, 4, 2), "{text}");
        }
    }

    #[test]
    fn names_the_place_of_a_flaw() {
        assert_eq!(fields("a,b\nc", PLAIN).unwrap_err(), Flaw::Width { record: 4, found: 1, expected: 2 });
        assert_eq!(fields("a,\"b", PLAIN).unwrap_err(), Flaw::Unclosed { quote: 2 });
        assert_eq!(fields("\"a\"b", PLAIN).unwrap_err(), Flaw::AfterQuote { at: 3 });
    }
}
