//! CSV files as a source of column chunks.

use super::block::{Block, Blocks};
use super::index::{Field, Index};
use super::options::CsvOptions;
use super::parse::{Builder, Cells};
use super::schema::{Schema, not_utf8};
use crate::batch::Batch;
use crate::column::{Column, ColumnType};
use crate::dataset::{Cursor, Source, Stage};
use crate::error::{Error, Result};
use crate::files::{Input, expand};
use std::sync::Arc;

/// How many fields are indexed before they are parsed: few enough to stay in the cache.
const FIELDS_AT_ONCE: usize = 1 << 14;

/// CSV files with settled names and types.
pub struct CsvSource {
    inputs: Vec<Input>,
    schema: Arc<Schema>,
    options: CsvOptions,
}

impl CsvSource {
    /// Finds the files, reads the header, infers the types that are not given.
    pub fn open(options: CsvOptions) -> Result<Self> {
        let inputs = expand(options.paths.as_slice())?;
        Self::from_inputs(options, inputs)
    }

    /// The same over given inputs (`options.paths` is not looked at).
    pub fn from_inputs(options: CsvOptions, inputs: Vec<Input>) -> Result<Self> {
        let schema = Arc::new(Schema::resolve(&options, &inputs)?);
        Ok(Self { inputs, schema, options })
    }

    /// The kept columns' names and types.
    pub fn types(&self) -> impl Iterator<Item = (&str, ColumnType)> {
        self.schema.selected.iter().map(|&i| (self.schema.fields[i].name.as_str(), self.schema.fields[i].kind))
    }
}

impl Source for CsvSource {
    fn names(&self) -> Arc<[String]> {
        self.schema.names.clone()
    }

    fn identity(&self) -> Result<String> {
        let mut parts = vec![format!("csv {:?}", self.types().collect::<Vec<_>>())];
        for input in &self.inputs {
            parts.push(format!("{} {}", input.base_name(), input.size()?));
        }
        Ok(parts.join("; "))
    }

    fn open(&self, at: Option<&Cursor>) -> Result<Box<dyn Stage>> {
        let mut stage = CsvStage {
            inputs: self.inputs.clone(),
            schema: self.schema.clone(),
            chunk: self.options.chunk_bytes,
            max_record: self.options.max_record_bytes,
            parser: Parser::new(self.schema.clone()),
            file: 0,
            blocks: None,
        };
        match at {
            None => {}
            Some(&Cursor::Csv { file, offset, line }) if file <= self.inputs.len() => {
                stage.file = file;
                if offset > 0 {
                    stage.blocks = Some(stage.open_at(offset, line)?);
                }
            }
            Some(_) => return Err(crate::dataset::foreign_state()),
        }
        Ok(Box::new(stage))
    }
}

struct CsvStage {
    inputs: Vec<Input>,
    schema: Arc<Schema>,
    chunk: usize,
    max_record: usize,
    parser: Parser,
    file: usize,
    blocks: Option<Blocks>,
}

impl CsvStage {
    fn open_at(&self, offset: u64, line: u64) -> Result<Blocks> {
        let input = self.inputs.get(self.file).ok_or_else(crate::dataset::foreign_state)?;
        Blocks::open(input, self.schema.dialect, self.max_record, offset, line)
    }
}

impl Stage for CsvStage {
    fn next(&mut self, _want: usize) -> Result<Option<Batch>> {
        while self.file < self.inputs.len() {
            let blocks = match &mut self.blocks {
                Some(blocks) => blocks,
                none => {
                    let input = &self.inputs[self.file];
                    let mut blocks = Blocks::open(input, self.schema.dialect, self.max_record, 0, 1)?;
                    self.schema.pass_header(&mut blocks, self.chunk)?;
                    none.insert(blocks)
                }
            };
            while let Some(block) = blocks.next(self.chunk)? {
                let batch = self.parser.parse(&block)?;
                if batch.rows() > 0 {
                    return Ok(Some(batch));
                }
            }
            self.file += 1;
            self.blocks = None;
        }
        Ok(None)
    }

    fn cursor(&self) -> Cursor {
        let (offset, line) = self.blocks.as_ref().map_or((0, 1), Blocks::position);
        Cursor::Csv { file: self.file, offset, line }
    }
}

/// Parses blocks into columns, keeping its buffers from block to block.
struct Parser {
    schema: Arc<Schema>,
    builders: Vec<Builder>,
    index: Index,
}

impl Parser {
    fn new(schema: Arc<Schema>) -> Self {
        let builders = schema.selected.iter().map(|&i| Builder::new(schema.fields[i].kind)).collect();
        let index = Index::with_width(Some(schema.fields.len()));
        Self { schema, builders, index }
    }

    fn parse(&mut self, block: &Block) -> Result<Batch> {
        let schema = self.schema.clone();
        let dialect = schema.dialect;
        let text = std::str::from_utf8(&block.bytes).map_err(|e| not_utf8(block, e.valid_up_to()))?;
        let width = schema.fields.len();
        let at_once = (FIELDS_AT_ONCE / width.max(1)).max(1);
        let mut base = 0;
        while base < text.len() {
            let rest = &text[base..];
            self.index.fill(rest.as_bytes(), true, at_once, dialect).map_err(|flaw| block.flaw(base, &flaw, dialect))?;
            for (builder, &column) in self.builders.iter_mut().zip(&schema.selected) {
                let cells = Cells {
                    text: rest,
                    fields: &self.index.fields,
                    width,
                    column,
                    trim: dialect.trim,
                    quote: dialect.quote.unwrap_or(0),
                };
                builder.push(&cells, &schema.missing).map_err(|field| unparsable(&schema, block, base, column, field))?;
            }
            base += self.index.consumed;
        }
        let columns = self
            .builders
            .iter_mut()
            .map(|b| {
                let (values, validity) = b.take();
                Column::new(values, validity)
            })
            .collect::<Result<Vec<Column>>>()?;
        Batch::new(schema.names.clone(), columns)
    }
}

fn unparsable(schema: &Schema, block: &Block, base: usize, column: usize, field: Field) -> Error {
    let spec = &schema.fields[column];
    let bytes = &block.bytes[base + field.start()..base + field.end()];
    let blanks = bytes.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let shown: String = String::from_utf8_lossy(bytes).trim().chars().take(40).collect();
    let wanted = match spec.kind {
        ColumnType::F32 | ColumnType::F64 => "a number",
        ColumnType::I64 => "a whole number between -2^63 and 2^63 - 1",
        ColumnType::Id => "a whole number of 64 bits",
        ColumnType::Bool => "true, false, 1 or 0",
        ColumnType::String => "a string",
    };
    let advice = if spec.inferred {
        "; the type was inferred from the first records: give the column a type in `columns`, or list the text under `missing`"
    } else {
        "; if it stands for a missing value, list it under `missing`"
    };
    Error::format(format!(
        "{}: column '{}' (field {}): expected {wanted}, received '{shown}'{advice}",
        block.locate(base + field.start() + blanks),
        spec.name,
        column + 1,
    ))
}

impl CsvOptions {
    /// Reads options from JSON; unknown ones are refused.
    pub fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|e| Error::option(format!("csv: {e}")))
    }
}
