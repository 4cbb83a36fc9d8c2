//! What Arrow writes to Parquet reads back, whole, by columns, and from any row on.

use crate::common::{batches, rest};
use arrow_array::Decimal128Array;
use arrow_array::RecordBatch;
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float32Array, Int32Array, Int64Array, LargeStringArray, ListArray, StringArray,
    StringViewArray, TimestampMillisecondArray, UInt64Array,
};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use talray_data::{Dataset, OneOrMany, ParquetOptions, Values};

fn write(path: &Path, columns: Vec<(&str, ArrayRef)>, group: usize) {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group)).build();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn open(options: ParquetOptions) -> Dataset {
    Dataset::parquet(options).unwrap()
}

#[test]
fn every_readable_type_reads_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("types.parquet");
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None]), None, Some(vec![])]);
    let decimal = Decimal128Array::from(vec![150, 25, -5]).with_precision_and_scale(10, 2).unwrap();
    write(
        &path,
        vec![
            ("i32", Arc::new(Int32Array::from(vec![Some(1), None, Some(-3)])) as ArrayRef),
            ("u64", Arc::new(UInt64Array::from(vec![u64::MAX, 0, 1]))),
            ("f32", Arc::new(Float32Array::from(vec![1.5, f32::NAN, 0.25]))),
            ("bool", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
            ("text", Arc::new(StringArray::from(vec![Some("é"), None, Some("")]))),
            ("large", Arc::new(LargeStringArray::from(vec!["a", "b", "c"]))),
            ("view", Arc::new(StringViewArray::from(vec!["a long enough string to be outside", "b", "c"]))),
            ("list", Arc::new(lists)),
            ("date", Arc::new(Date32Array::from(vec![1, 2, 3]))),
            ("time", Arc::new(TimestampMillisecondArray::from(vec![1000, 2, 3]))),
            ("decimal", Arc::new(decimal)),
        ],
        1000,
    );
    let rows = open(ParquetOptions::new(path.to_str().unwrap())).read_all(0).unwrap();
    let column = |name: &str| rows.column(name).unwrap();
    assert_eq!(column("i32").values(), &Values::I64(vec![1, 0, -3]));
    assert_eq!(column("i32").validity(), Some(&[true, false, true][..]));
    assert_eq!(column("u64").values(), &Values::I64(vec![-1, 0, 1]));
    assert_eq!(column("bool").missing(), 1);
    assert_eq!(column("text").values(), &Values::Text(["é", "", ""].iter().collect()));
    assert_eq!(column("text").missing(), 1);
    assert_eq!(column("large").values(), &Values::Text(["a", "b", "c"].iter().collect()));
    let Values::List(list) = column("list").values() else { panic!() };
    assert_eq!((list.offsets.as_slice(), list.elements.missing()), (&[0, 2, 2, 2][..], 1));
    assert_eq!(column("date").values(), &Values::I64(vec![1, 2, 3]));
    assert_eq!(column("time").values(), &Values::I64(vec![1000, 2, 3]));
    assert_eq!(column("decimal").values(), &Values::F64(vec![1.5, 0.25, -0.05]));
    let Values::F32(f) = column("f32").values() else { panic!() };
    assert!(f[0] == 1.5 && f[1].is_nan());
}

#[test]
fn columns_are_selected_in_any_order_over_several_files() {
    let dir = tempfile::tempdir().unwrap();
    for part in 0..3 {
        let n: Vec<i64> = (part * 100..part * 100 + 100).collect();
        write(
            &dir.path().join(format!("{part}.parquet")),
            vec![
                ("a", Arc::new(Int64Array::from(n.clone())) as ArrayRef),
                ("b", Arc::new(Int64Array::from(vec![0; 100]))),
                ("c", Arc::new(Int64Array::from(n.iter().map(|x| -x).collect::<Vec<_>>()))),
            ],
            30,
        );
    }
    let glob = dir.path().join("*.parquet").display().to_string();
    let mut options = ParquetOptions::new(OneOrMany::One(glob));
    options.select = Some(vec!["c".into(), "a".into()]);
    options.chunk_rows = 17;
    let data = open(options.clone());
    let rows = data.read_all(0).unwrap();
    assert_eq!(rows.names().as_ref(), ["c", "a"]);
    assert_eq!(rows.columns()[1].values(), &Values::I64((0..300).collect()));
    assert_eq!(rows.columns()[0].values(), &Values::I64((0..300).map(|x| -x).collect()));
    let batched = data.shuffle_buffered(2, 50).unwrap().batch(13).unwrap();
    let expected = batches(&batched, 1);
    for taken in 0..expected.len() {
        let mut iter = batched.iter(1).unwrap();
        (0..taken).for_each(|_| drop(iter.next().unwrap()));
        assert_eq!(rest(&mut batched.resume(&iter.state()).unwrap()), expected[taken..]);
    }
    options.select = Some(vec!["aa".into()]);
    let message = Dataset::parquet(options).err().unwrap().to_string();
    assert!(message.contains("0.parquet: unknown column 'aa': nearest are 'a'"), "{message}");
}
