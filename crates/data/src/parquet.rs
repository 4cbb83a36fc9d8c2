//! Parquet files as a source of column chunks, by the `parquet` crate's Arrow reader.

use crate::batch::Batch;
use crate::column::{Column, List, Text, Values};
use crate::dataset::{Cursor, Source, Stage, foreign_state};
use crate::error::{Error, Result, io_error, unknown_name};
use crate::files::{Input, OneOrMany, expand};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Float16Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time64MicrosecondType, Time64NanosecondType,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Schema, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

/// Options of a Parquet source.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParquetOptions {
    /// Files and patterns, read in this order.
    pub paths: OneOrMany,
    /// The columns to read, in this order. Default: all.
    #[serde(default)]
    pub select: Option<Vec<String>>,
    /// Rows decoded at once. Default 8192.
    #[serde(default = "chunk_rows")]
    pub chunk_rows: usize,
}

fn chunk_rows() -> usize {
    8192
}

impl ParquetOptions {
    /// The defaults for some paths.
    pub fn new(paths: impl Into<OneOrMany>) -> Self {
        Self { paths: paths.into(), select: None, chunk_rows: chunk_rows() }
    }
}

/// Parquet files of equal columns.
pub struct ParquetSource {
    files: Arc<[ParquetFile]>,
    names: Arc<[String]>,
    chunk_rows: usize,
}

struct ParquetFile {
    input: Input,
    metadata: ArrowReaderMetadata,
    /// The file's numbers of the selected columns, in the order of selection.
    columns: Vec<usize>,
}

impl ParquetSource {
    /// Finds the files and reads their footers.
    pub fn open(options: ParquetOptions) -> Result<Self> {
        if options.chunk_rows == 0 {
            return Err(Error::option("chunkRows: expected at least 1, received 0"));
        }
        let mut files = Vec::new();
        let mut names: Option<Vec<String>> = options.select.clone();
        for input in expand(options.paths.as_slice())? {
            let metadata = read_metadata(&input)?;
            let schema = metadata.schema();
            let names = names.get_or_insert_with(|| field_names(schema));
            let columns = names
                .iter()
                .map(|name| {
                    schema.index_of(name).map_err(|_| {
                        let known = field_names(schema);
                        let error = unknown_name("column", name, known.iter().map(String::as_str));
                        Error::new(error.code, format!("{}: {}", input.place(), error.message))
                    })
                })
                .collect::<Result<Vec<usize>>>()?;
            for &column in &columns {
                check_type(&input, schema.field(column).name(), schema.field(column).data_type())?;
            }
            files.push(ParquetFile { input, metadata, columns });
        }
        Ok(Self { files: files.into(), names: names.unwrap_or_default().into(), chunk_rows: options.chunk_rows })
    }

    /// How many rows all files have together.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(ParquetFile::rows).sum()
    }
}

impl ParquetFile {
    fn rows(&self) -> u64 {
        self.metadata.metadata().file_metadata().num_rows().max(0) as u64
    }

    fn reader(&self, chunk_rows: usize, skip: u64) -> Result<ParquetRecordBatchReader> {
        let place = self.input.place();
        let file = open_file(&self.input)?;
        guarded(&place, || {
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
            let mask = ProjectionMask::roots(builder.parquet_schema(), self.columns.iter().copied());
            // Whole row groups before the place are not read at all.
            let mut groups: Vec<usize> = (0..builder.metadata().num_row_groups()).collect();
            let mut skip = skip as usize;
            while let Some(&first) = groups.first() {
                let rows = builder.metadata().row_group(first).num_rows().max(0) as usize;
                if rows > skip {
                    break;
                }
                skip -= rows;
                groups.remove(0);
            }
            let builder = builder.with_projection(mask).with_batch_size(chunk_rows).with_row_groups(groups);
            let builder = if skip > 0 { builder.with_offset(skip) } else { builder };
            builder.build().map_err(|e| e.to_string())
        })
    }
}

fn field_names(schema: &Schema) -> Vec<String> {
    schema.fields().iter().map(|f| f.name().clone()).collect()
}

fn open_file(input: &Input) -> Result<File> {
    match input {
        Input::File(path) => open_path(path),
        Input::Bytes { name, .. } => Err(Error::unsupported(format!("{name}: Parquet is read from files, not from bytes"))),
    }
}

fn open_path(path: &Path) -> Result<File> {
    File::open(path).map_err(|e| io_error(&path.display().to_string(), &e))
}

fn read_metadata(input: &Input) -> Result<ArrowReaderMetadata> {
    let file = open_file(input)?;
    // What a writer noted of its own in-memory types (dictionaries, views) says nothing of the values.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    guarded(&input.place(), || ArrowReaderMetadata::load(&file, options).map_err(|e| e.to_string()))
}

/// Runs code of the `parquet` crate, which may panic on damaged bytes.
fn guarded<T>(place: &str, work: impl FnOnce() -> std::result::Result<T, String>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err("its bytes make no sense".into()))
        .map_err(|e| Error::format(format!("{place}: the Parquet file is damaged or cut off: {e}")))
}

impl Source for ParquetSource {
    fn names(&self) -> Arc<[String]> {
        self.names.clone()
    }

    fn identity(&self) -> Result<String> {
        let mut parts = vec![format!("parquet {:?}", self.names)];
        for file in self.files.iter() {
            parts.push(format!("{} {} {}", file.input.base_name(), file.input.size()?, file.rows()));
        }
        Ok(parts.join("; "))
    }

    fn open(&self, at: Option<&Cursor>) -> Result<Box<dyn Stage>> {
        let (file, row) = match at {
            None => (0, 0),
            Some(&Cursor::Parquet { file, row }) => (file, row),
            Some(_) => return Err(foreign_state()),
        };
        let (files, names) = (self.files.clone(), self.names.clone());
        Ok(Box::new(ParquetStage { files, names, chunk_rows: self.chunk_rows, file, row, reader: None }))
    }
}

struct ParquetStage {
    files: Arc<[ParquetFile]>,
    names: Arc<[String]>,
    chunk_rows: usize,
    file: usize,
    row: u64,
    reader: Option<ParquetRecordBatchReader>,
}

impl Stage for ParquetStage {
    fn next(&mut self, _want: usize) -> Result<Option<Batch>> {
        while let Some(file) = self.files.get(self.file) {
            let reader = match &mut self.reader {
                Some(reader) => reader,
                none => none.insert(file.reader(self.chunk_rows, self.row)?),
            };
            let place = file.input.place();
            let chunk = guarded(&place, || reader.next().transpose().map_err(|e| e.to_string()))?;
            match chunk {
                Some(chunk) if chunk.num_rows() > 0 => {
                    self.row += chunk.num_rows() as u64;
                    return self.batch(&chunk, &file.columns).map(Some);
                }
                Some(_) => {}
                None if self.row < file.rows() => {
                    return Err(Error::format(format!(
                        "{place}: the footer promises {} rows, but only {} are there",
                        file.rows(),
                        self.row
                    )));
                }
                None => {
                    self.file += 1;
                    self.row = 0;
                    self.reader = None;
                }
            }
        }
        Ok(None)
    }

    fn cursor(&self) -> Cursor {
        Cursor::Parquet { file: self.file, row: self.row }
    }
}

impl ParquetStage {
    /// The reader gives columns in the file's order; ours is the order of selection.
    fn batch(&self, chunk: &RecordBatch, columns: &[usize]) -> Result<Batch> {
        let converted = columns
            .iter()
            .zip(self.names.iter())
            .map(|(&column, name)| {
                let position = columns.iter().filter(|&&c| c < column).count();
                convert(name, chunk.column(position))
            })
            .collect::<Result<Vec<Column>>>()?;
        Batch::new(self.names.clone(), converted)
    }
}

fn check_type(input: &Input, name: &str, kind: &DataType) -> Result<()> {
    if readable(kind) {
        return Ok(());
    }
    Err(Error::unsupported(format!(
        "{}: column '{name}' has the type {kind}; numbers, truth values, strings, dates and lists of them can be read: leave it out with `select`",
        input.place()
    )))
}

fn readable(kind: &DataType) -> bool {
    match kind {
        DataType::List(field) => readable(field.data_type()),
        DataType::Boolean | DataType::Utf8 | DataType::Null => true,
        _ => number_reader(kind).is_some(),
    }
}

type NumberReader = fn(&ArrayRef) -> Values;

/// How numbers, dates and times of a type are taken over: the latter as the numbers that they are stored as.
fn number_reader(kind: &DataType) -> Option<NumberReader> {
    use DataType as D;
    use TimeUnit::{Microsecond, Millisecond, Nanosecond};
    Some(match kind {
        D::Int8 => whole::<Int8Type>,
        D::Int16 => whole::<Int16Type>,
        D::Int32 => whole::<Int32Type>,
        D::Int64 => whole::<Int64Type>,
        D::UInt8 => whole::<UInt8Type>,
        D::UInt16 => whole::<UInt16Type>,
        D::UInt32 => whole::<UInt32Type>,
        D::UInt64 => |a| Values::I64(a.as_primitive::<UInt64Type>().values().iter().map(|v| *v as i64).collect()),
        D::Date32 => whole::<Date32Type>,
        D::Date64 => whole::<Date64Type>,
        D::Time32(Millisecond) => whole::<Time32MillisecondType>,
        D::Time64(Microsecond) => whole::<Time64MicrosecondType>,
        D::Time64(Nanosecond) => whole::<Time64NanosecondType>,
        D::Timestamp(Millisecond, _) => whole::<TimestampMillisecondType>,
        D::Timestamp(Microsecond, _) => whole::<TimestampMicrosecondType>,
        D::Timestamp(Nanosecond, _) => whole::<TimestampNanosecondType>,
        D::Float16 => |a| Values::F32(a.as_primitive::<Float16Type>().values().iter().map(|v| v.to_f32()).collect()),
        D::Float32 => |a| Values::F32(a.as_primitive::<Float32Type>().values().to_vec()),
        D::Float64 => |a| Values::F64(a.as_primitive::<Float64Type>().values().to_vec()),
        D::Decimal32(..) => |a| decimal(a, a.as_primitive::<Decimal32Type>().values().iter().map(|v| f64::from(*v))),
        D::Decimal64(..) => |a| decimal(a, a.as_primitive::<Decimal64Type>().values().iter().map(|v| *v as f64)),
        D::Decimal128(..) => |a| decimal(a, a.as_primitive::<Decimal128Type>().values().iter().map(|v| *v as f64)),
        _ => return None,
    })
}

fn whole<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &ArrayRef) -> Values {
    Values::I64(array.as_primitive::<T>().values().iter().map(|v| (*v).into()).collect())
}

fn decimal(array: &ArrayRef, digits: impl Iterator<Item = f64>) -> Values {
    let scale = match array.data_type() {
        DataType::Decimal32(_, scale) | DataType::Decimal64(_, scale) | DataType::Decimal128(_, scale) => *scale,
        _ => 0,
    };
    // Dividing by a power of ten rounds once where it is exact; multiplying by its inverse rounds twice.
    let power = 10f64.powi(i32::from(scale).abs());
    Values::F64(digits.map(|d| if scale < 0 { d * power } else { d / power }).collect())
}

fn convert(name: &str, array: &ArrayRef) -> Result<Column> {
    let validity = array.nulls().map(|n| n.iter().collect::<Vec<bool>>());
    let mut values = match array.data_type() {
        DataType::Boolean => Values::Bool(array.as_boolean().values().iter().collect()),
        DataType::Utf8 => {
            let strings = array.as_string::<i32>();
            Values::Text((0..strings.len()).map(|i| if strings.is_null(i) { "" } else { strings.value(i) }).collect::<Text>())
        }
        DataType::Null => {
            let blank = (0..array.len()).map(|_| "").collect::<Text>();
            return Column::new(Values::Text(blank), Some(vec![false; array.len()]));
        }
        DataType::List(_) => {
            let lists = array.as_list::<i32>();
            let offsets = lists.value_offsets();
            let (first, last) = (offsets[0] as usize, offsets[offsets.len() - 1] as usize);
            let elements = convert(name, &lists.values().slice(first, last - first))?;
            let offsets = offsets.iter().map(|o| *o as usize - first).collect();
            Values::List(Box::new(List { offsets, elements }))
        }
        kind => {
            let read = number_reader(kind)
                .ok_or_else(|| Error::unsupported(format!("column '{name}': the type {kind} cannot be read")))?;
            read(array)
        }
    };
    clear_missing(&mut values, validity.as_deref());
    Column::new(values, validity)
}

/// Writers may leave anything in the slots of missing values; ours hold zero.
fn clear_missing(values: &mut Values, validity: Option<&[bool]>) {
    fn clear<T: Default>(values: &mut [T], validity: &[bool]) {
        values.iter_mut().zip(validity).filter(|(_, v)| !**v).for_each(|(x, _)| *x = T::default());
    }
    let Some(validity) = validity else { return };
    match values {
        Values::F32(v) => clear(v, validity),
        Values::F64(v) => clear(v, validity),
        Values::I64(v) => clear(v, validity),
        Values::Bool(v) => clear(v, validity),
        Values::Text(_) | Values::List(_) => {}
    }
}
