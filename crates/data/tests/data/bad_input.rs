//! Damaged, cut-off and meaningless input: an error that names the place, never a panic.

use arrow_array::RecordBatch;
use arrow_array::{ArrayRef, Int64Array, StringArray};
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;
use std::io::Write;
use std::sync::Arc;
use talray_data::{Batch, Code, CsvOptions, CsvSource, Dataset, Error, Input, ParquetOptions};

fn parse(json: &str, text: impl AsRef<[u8]>) -> Result<Batch, Error> {
    let input = Input::Bytes { name: "rows.csv".into(), bytes: text.as_ref().into() };
    let source = CsvSource::from_inputs(CsvOptions::from_json(json)?, vec![input])?;
    Dataset::new(Arc::new(source)).read_all(0)
}

fn failure(json: &str, text: impl AsRef<[u8]>) -> String {
    parse(json, text).unwrap_err().to_string()
}

#[test]
fn an_unparsable_number_is_named_with_file_line_and_column() {
    let spec = r#"{"columns": [{"name": "a", "type": "i64"}, {"name": "b", "type": "f32"}], "header": true}"#;
    let message = failure(spec, "a,b\n1,2\n3, x7\n");
    assert!(message.starts_with("rows.csv:3:4: column 'b' (field 2): expected a number, received 'x7'"), "{message}");
    let message = failure(r#"{"chunkBytes": 64}"#, format!("a,b\n{}é,1.5\n", "1,2\n".repeat(1200)));
    assert!(message.starts_with("rows.csv:1202:1: column 'a' (field 1): expected a whole number"), "{message}");
    assert!(message.contains("inferred"), "{message}");
    let quoted = failure(spec, "a,b\n1,\"2\n\"\n1,\"z\"\n");
    assert!(quoted.starts_with("rows.csv:2:4"), "{quoted}");
}

#[test]
fn records_of_another_width_are_named() {
    let message = failure("{}", "a,b\n1,2\n\n3\n");
    assert!(message.starts_with("rows.csv:4:1: expected 2 fields (delimiter ','), received 1"), "{message}");
}

#[test]
fn quotes_that_do_not_close_or_close_too_early_are_named() {
    assert!(failure("{}", "a,b\n1,\"x\n2,y\n").contains("rows.csv:2:3: the quote that opens here is never closed"));
    assert!(failure("{}", "a,b\n1,\"x\"y\n").contains("rows.csv:2:6: expected a delimiter"));
    let endless = format!("a\n\"{}", "x\n".repeat(5000));
    assert!(
        failure(r#"{"maxRecordBytes": 1000, "chunkBytes": 100}"#, endless)
            .contains("rows.csv:2: the record that starts here is longer than 1000 bytes")
    );
}

#[test]
fn text_that_is_not_utf8_is_refused_with_its_place() {
    assert!(failure("{}", b"a,b\n1,\xff\n").starts_with("rows.csv:2:3: the text is not UTF-8"));
    assert!(failure("{}", b"\xff\xfea\0").contains("UTF-16"));
}

#[test]
fn names_that_do_not_exist_come_with_the_nearest() {
    let message = failure(r#"{"select": ["prise"]}"#, "price,name\n1,a\n");
    assert!(message.contains("unknown column 'prise': nearest are 'price'"), "{message}");
    assert!(failure(r#"{"columns": ["a", "b"]}"#, "a,b\n1,2\n").contains("set header: true"));
    assert!(failure(r#"{"columns": ["a"]}"#, "a,b\n1,2\n").contains("2 fields in the first record"));
    assert!(CsvOptions::from_json(r#"{"delimeter": ";"}"#).unwrap_err().to_string().contains("unknown field `delimeter`"));
    assert!(failure(r#"{"delimiter": ";;"}"#, "a").contains("one ASCII character"));
    assert!(failure("{}", "").contains("expected a header line"));
    assert!(failure("{}", "a,a\n1,2\n").contains("two columns are called 'a'"));
}

#[test]
fn a_file_that_is_not_there_is_an_io_error_with_its_name() {
    let error = Dataset::csv(CsvOptions::new("/no/such/file.csv")).err().unwrap();
    assert_eq!(error.code, Code::Io);
    assert!(error.to_string().contains("/no/such/file.csv"));
    let folder = std::env::temp_dir().display().to_string();
    assert!(Dataset::csv(CsvOptions::new(folder.as_str())).err().unwrap().to_string().contains("is a folder"));
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    zip.write_all(text.as_bytes()).unwrap();
    zip.finish().unwrap()
}

#[test]
fn gzip_that_is_cut_off_or_altered_is_a_format_error() {
    let text: String = (0..5000).map(|i| format!("{i},{}\n", i * 7919 % 1000)).collect();
    let whole = gzipped(&format!("a,b\n{text}"));
    assert_eq!(parse("{}", &whole).unwrap().rows(), 5000);
    for length in [3, 15, whole.len() / 2, whole.len() - 1] {
        let error = parse("{}", &whole[..length]).unwrap_err();
        assert_eq!(error.code, Code::Format, "{length}: {error}");
        assert!(error.to_string().starts_with("rows.csv: "), "{error}");
    }
    let mut altered = whole.clone();
    altered[whole.len() / 2] ^= 0x55;
    assert_eq!(parse("{}", &altered).unwrap_err().code, Code::Format);
}

fn parquet_bytes() -> Vec<u8> {
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("n", Arc::new(Int64Array::from((0..500).map(|i| (i % 7 > 0).then_some(i)).collect::<Vec<_>>()))),
        ("s", Arc::new(StringArray::from((0..500).map(|i| format!("text {}", i % 13)).collect::<Vec<_>>()))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

fn read_parquet(bytes: &[u8]) -> Result<Batch, Error> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    Dataset::parquet(ParquetOptions::new(file.path().to_str().unwrap()))?.read_all(0)
}

#[test]
fn parquet_that_is_cut_off_is_a_format_error_with_its_name() {
    let whole = parquet_bytes();
    assert_eq!(read_parquet(&whole).unwrap().rows(), 500);
    for length in [0, 4, 8, whole.len() / 2, whole.len() - 1] {
        let error = read_parquet(&whole[..length]).unwrap_err();
        assert_eq!(error.code, Code::Format, "{error}");
        assert!(error.to_string().contains("damaged or cut off"), "{error}");
    }
}

#[test]
fn a_failed_iterator_keeps_failing_in_the_same_way() {
    let input = Input::Bytes { name: "rows.csv".into(), bytes: (*b"1\nx\n").into() };
    let options = CsvOptions::from_json(r#"{"columns": [{"name": "a", "type": "i64"}]}"#).unwrap();
    let data = Dataset::new(Arc::new(CsvSource::from_inputs(options, vec![input]).unwrap()));
    for data in [data.clone(), data.prefetch(2).unwrap()] {
        let mut iter = data.iter(0).unwrap();
        let first = iter.next().unwrap_err();
        assert_eq!(iter.next().unwrap_err(), first);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_as_csv_give_rows_or_an_error(
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), Just(b'#'), Just(b' '), Just(b'1')], 0..600),
        header: bool, trim: bool, chunk in 1usize..300,
    ) {
        let columns = if header { "" } else { r#""columns": ["a", {"name": "b", "type": "f64"}], "# };
        let spec = format!(r##"{{{columns}"header": {header}, "trim": {trim}, "comment": "#", "chunkBytes": {chunk}, "maxRecordBytes": 200}}"##);
        let _ = parse(&spec, &bytes);
    }

    #[test]
    fn any_change_to_gzip_gives_rows_or_an_error(at in 0usize..200, bits in 1u8..) {
        let mut bytes = gzipped("a,b\n1,2\n3,4\n");
        let at = at % bytes.len();
        bytes[at] ^= bits;
        let _ = parse("{}", &bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_change_to_parquet_gives_rows_or_an_error(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = parquet_bytes();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = read_parquet(&bytes);
    }
}
