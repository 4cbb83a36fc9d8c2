//! Settles names and types of the columns before the first row is read.

use super::block::{Block, Blocks};
use super::index::Index;
use super::options::{CsvOptions, Dialect};
use super::parse::{Cells, Missing, infer};
use crate::column::ColumnType;
use crate::error::{Error, Result, unknown_name};
use crate::files::Input;
use std::sync::Arc;

/// Everything that reading needs to know.
pub(crate) struct Schema {
    pub dialect: Dialect,
    pub missing: Missing,
    pub header: bool,
    /// All columns of the files, in order.
    pub fields: Vec<FieldSpec>,
    /// Which of them are kept, in which order.
    pub selected: Vec<usize>,
    /// The kept ones' names.
    pub names: Arc<[String]>,
}

/// One column of the files.
pub(crate) struct FieldSpec {
    pub name: String,
    pub kind: ColumnType,
    pub inferred: bool,
}

impl Schema {
    pub(crate) fn resolve(options: &CsvOptions, inputs: &[Input]) -> Result<Self> {
        let dialect = options.dialect()?;
        let missing = Missing::new(options.missing.as_slice());
        let header = options.header.unwrap_or(options.columns.is_none());
        let sample = sample(options, inputs, dialect, header)?;
        let names = match (&sample.header, &options.columns) {
            (Some(found), _) => found.clone(),
            (None, Some(given)) => given.iter().map(|c| c.name().to_string()).collect(),
            (None, None) => (1..=sample.index.width().unwrap_or(0)).map(|i| format!("column{i}")).collect(),
        };
        if let Some(width) = sample.index.width()
            && width != names.len()
        {
            return Err(Error::format(format!(
                "{}: {width} fields in the first record, but `columns` names {}{}",
                sample.block.locate(0),
                names.len(),
                if header { "" } else { "; if the first line holds the names, set header: true" }
            )));
        }
        let mut fields: Vec<FieldSpec> = Vec::with_capacity(names.len());
        for name in names {
            if fields.iter().any(|f| f.name == name) {
                return Err(Error::option(format!("two columns are called '{name}'")));
            }
            fields.push(FieldSpec { name, kind: ColumnType::String, inferred: true });
        }
        for given in options.columns.iter().flatten() {
            let known = fields.iter().position(|f| f.name == given.name());
            let Some(i) = known else {
                return Err(unknown_name("column", given.name(), fields.iter().map(|f| f.name.as_str())));
            };
            if let Some(kind) = given.kind() {
                fields[i].kind = kind;
                fields[i].inferred = false;
            }
        }
        sample.infer_types(&mut fields, dialect, &missing)?;
        let selected = match &options.select {
            None => (0..fields.len()).collect(),
            Some(wanted) => wanted
                .iter()
                .map(|name| {
                    fields
                        .iter()
                        .position(|f| &f.name == name)
                        .ok_or_else(|| unknown_name("column", name, fields.iter().map(|f| f.name.as_str())))
                })
                .collect::<Result<Vec<usize>>>()?,
        };
        let names = selected.iter().map(|&i: &usize| fields[i].name.clone()).collect();
        Ok(Self { dialect, missing, header, fields, selected, names })
    }

    /// Takes the header line from a freshly opened file and checks it.
    pub(crate) fn pass_header(&self, blocks: &mut Blocks, size: usize) -> Result<()> {
        if !self.header {
            return Ok(());
        }
        let (line, found) = read_header(blocks, self.dialect, size)?;
        if !found.iter().eq(self.fields.iter().map(|f| &f.name)) {
            return Err(Error::format(format!(
                "{line}: the header differs from the first file's: expected {:?}, received {found:?}",
                self.fields.iter().map(|f| &f.name).collect::<Vec<_>>()
            )));
        }
        Ok(())
    }
}

fn read_header(blocks: &mut Blocks, dialect: Dialect, size: usize) -> Result<(String, Vec<String>)> {
    let mut index = Index::default();
    loop {
        let Some(block) = blocks.next(size)? else {
            return Err(Error::format(format!(
                "{}: expected a header line with the column names, received an empty file",
                blocks.place()
            )));
        };
        index.fill(&block.bytes, true, 1, dialect).map_err(|f| block.flaw(0, &f, dialect))?;
        if index.rows == 0 {
            continue;
        }
        let names = index
            .fields
            .iter()
            .map(|f| {
                let text = std::str::from_utf8(&block.bytes[f.start()..f.end()])
                    .map_err(|_| Error::format(format!("{}: the header is not UTF-8", block.locate(f.start()))))?;
                Ok(text.trim().replace("\"\"", "\""))
            })
            .collect::<Result<Vec<String>>>()?;
        let line = block.locate(0);
        let used = index.consumed;
        blocks.put_back(block, used);
        return Ok((line, names));
    }
}

/// The first records of the first file that has any.
struct Sample {
    header: Option<Vec<String>>,
    block: Block,
    index: Index,
}

fn sample(options: &CsvOptions, inputs: &[Input], dialect: Dialect, header: bool) -> Result<Sample> {
    let mut names = None;
    for input in inputs {
        let mut blocks = Blocks::open(input, dialect, options.max_record_bytes, 0, 1)?;
        if header {
            let (_, found) = read_header(&mut blocks, dialect, options.chunk_bytes)?;
            names.get_or_insert(found);
        }
        while let Some(block) = blocks.next(options.chunk_bytes)? {
            let mut index = Index::default();
            index.fill(&block.bytes, true, options.infer_rows.max(1), dialect).map_err(|f| block.flaw(0, &f, dialect))?;
            if index.rows > 0 {
                return Ok(Sample { header: names, block, index });
            }
        }
    }
    let block = Block { place: inputs.first().map(Input::place).unwrap_or_default(), bytes: Vec::new(), line: 1 };
    Ok(Sample { header: names, block, index: Index::default() })
}

impl Sample {
    fn infer_types(&self, fields: &mut [FieldSpec], dialect: Dialect, missing: &Missing) -> Result<()> {
        if self.index.rows == 0 {
            return Ok(());
        }
        let text =
            std::str::from_utf8(&self.block.bytes[..self.index.consumed]).map_err(|e| not_utf8(&self.block, e.valid_up_to()))?;
        let width = fields.len();
        let cells = |column| Cells {
            text,
            fields: &self.index.fields,
            width,
            column,
            trim: dialect.trim,
            quote: dialect.quote.unwrap_or(0),
        };
        let first: Vec<&str> = self.index.fields[..width].iter().map(|f| text[f.start()..f.end()].trim()).collect();
        if self.header.is_none() && width > 0 && first.iter().eq(fields.iter().map(|f| &f.name)) {
            return Err(Error::option(format!(
                "{}: the first line repeats the column names; set header: true",
                self.block.locate(0)
            )));
        }
        for (i, field) in fields.iter_mut().enumerate().filter(|(_, f)| f.inferred) {
            field.kind = infer(&cells(i), missing);
        }
        Ok(())
    }
}

pub(crate) fn not_utf8(block: &Block, at: usize) -> crate::error::Error {
    Error::format(format!("{}: the text is not UTF-8; convert the file first", block.locate(at)))
}
