//! CSV in its many forms, and agreement with the `csv` crate.

use proptest::prelude::*;
use std::io::Write;
use std::sync::Arc;
use talray_data::{Batch, Column, CsvOptions, CsvSource, Dataset, Error, Input, OneOrMany, Values};

fn options(json: &str) -> CsvOptions {
    CsvOptions::from_json(json).unwrap()
}

fn parse(json: &str, text: impl AsRef<[u8]>) -> Result<Batch, Error> {
    let input = Input::Bytes { name: "rows.csv".into(), bytes: text.as_ref().into() };
    let source = CsvSource::from_inputs(options(json), vec![input])?;
    Dataset::new(Arc::new(source)).read_all(0)
}

fn texts(column: &Column) -> Vec<Option<String>> {
    (0..column.len())
        .map(|i| {
            column.is_valid(i).then(|| match column.values() {
                Values::Text(t) => t.get(i).to_string(),
                Values::I64(v) => v[i].to_string(),
                Values::F64(v) => v[i].to_string(),
                Values::F32(v) => v[i].to_string(),
                Values::Bool(v) => v[i].to_string(),
                Values::List(_) => unreachable!(),
            })
        })
        .collect()
}

fn some(values: &[&str]) -> Vec<Option<String>> {
    values.iter().map(|v| (!v.is_empty()).then(|| v.to_string())).collect()
}

#[test]
fn a_header_names_the_columns_and_types_follow_from_the_values() {
    let rows = parse("{}", "id,price,name,ok,zip\n1,2.5,a,true,01\n-2,3,\"b, c\",false,02\n").unwrap();
    let types: Vec<&str> = rows.columns().iter().map(|c| c.values().type_name()).collect();
    assert_eq!(types, ["i64", "f64", "string", "bool", "string"]);
    assert_eq!(texts(rows.column("name").unwrap()), some(&["a", "b, c"]));
    assert_eq!(texts(rows.column("zip").unwrap()), some(&["01", "02"]));
}

#[test]
fn byte_order_marks_windows_line_ends_and_blank_lines_change_nothing() {
    let plain = parse("{}", "a,b\n1,x\n2,y\n").unwrap();
    for text in ["\u{feff}a,b\r\n1,x\r\n2,y\r\n", "\na,b\n\n1,x\n\n2,y", "a,b\r\n1,x\r\n\r\n2,y\r", "a , b\n 1,\tx\n  \n2 ,y"] {
        assert_eq!(parse("{}", text).unwrap(), plain, "{text:?}");
    }
}

#[test]
fn missing_values_are_empty_fields_and_listed_spellings() {
    let rows = parse(r#"{"missing": ["?", "NA", "-1"]}"#, "n,s\n1,a\n?,\n NA , ? \n-1,\"\"\n").unwrap();
    assert_eq!(texts(rows.column("n").unwrap()), [Some("1".into()), None, None, None]);
    assert_eq!(texts(rows.column("s").unwrap()), [Some("a".into()), None, None, Some(String::new())]);
}

#[test]
fn quotes_comments_and_delimiters_can_be_chosen() {
    let rows = parse(
        r##"{"delimiter": ";", "quote": "'", "comment": "#"}"##,
        "# made by hand; really\na;b\n'x;y';'it''s'\n#;;;\n'two\nlines';\"\n",
    )
    .unwrap();
    assert_eq!(texts(rows.column("a").unwrap()), some(&["x;y", "two\nlines"]));
    assert_eq!(texts(rows.column("b").unwrap()), some(&["it's", "\""]));
    let tabs = parse(r#"{"delimiter": "\t", "quote": ""}"#, "a\tb\n1\t\"x\n").unwrap();
    assert_eq!(texts(tabs.column("b").unwrap()), some(&["\"x"]));
}

#[test]
fn columns_can_be_named_typed_and_selected() {
    let spec = r#"{"columns": ["a", {"name": "b", "type": "f32"}, {"name": "c", "type": "id"}], "select": ["c", "b"]}"#;
    let rows = parse(spec, "x,1,18446744073709551615\ny,2,-1\n").unwrap();
    assert_eq!(rows.names().as_ref(), ["c", "b"]);
    assert_eq!(rows.column("c").unwrap().values(), &Values::I64(vec![-1, -1]));
    assert_eq!(rows.column("b").unwrap().values(), &Values::F32(vec![1.0, 2.0]));
}

#[test]
fn lists_globs_and_gzip_read_like_one_plain_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    std::fs::write(path("part-1.csv"), "a,b\n1,x\n").unwrap();
    let mut zip =
        flate2::write::GzEncoder::new(std::fs::File::create(path("part-2.csv")).unwrap(), flate2::Compression::default());
    zip.write_all(b"a,b\n2,y\n3,z\n").unwrap();
    zip.finish().unwrap();
    let read = |paths: OneOrMany| Dataset::csv(CsvOptions::new(paths))?.read_all(0);
    let whole = parse("{}", "a,b\n1,x\n2,y\n3,z\n").unwrap();
    assert_eq!(read(OneOrMany::One(path("part-*.csv"))).unwrap(), whole);
    assert_eq!(read(OneOrMany::Many(vec![path("part-1.csv"), path("part-2.csv")])).unwrap(), whole);
    let message = read(OneOrMany::One(path("none-*.csv"))).unwrap_err().to_string();
    assert!(message.contains("no file matches"), "{message}");
    std::fs::write(path("part-3.csv"), "a,c\n1,x\n").unwrap();
    let message = read(OneOrMany::One(path("part-*.csv"))).unwrap_err().to_string();
    assert!(message.contains("part-3.csv:1:1: the header differs"), "{message}");
}

#[test]
fn blocks_of_any_size_give_the_same_rows() {
    let mut text = String::from("n,s\n");
    for i in 0..300 {
        text.push_str(&format!("{i},\"line {i}\nand \"\"more\"\", é\"\n"));
    }
    let whole = parse("{}", &text).unwrap();
    assert_eq!(whole.rows(), 300);
    for chunk in [1, 64, 65, 100, 1000, 4096] {
        assert_eq!(parse(&format!("{{\"chunkBytes\": {chunk}}}"), &text).unwrap(), whole, "{chunk}");
    }
}

/// Tables of texts in which every field says something that both readers read alike.
fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    (1usize..5).prop_flat_map(|width| {
        let field = prop_oneof![
            "[a-z]{0,6}",
            "[ -~]{0,12}",
            Just("two\nlines".to_string()),
            Just("\"".to_string()),
            Just("é,ü;\r\n\"x\"".to_string()),
            Just("  spaced ".to_string()),
        ];
        prop::collection::vec(prop::collection::vec(field, width), 1..40)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_the_csv_crate_writes_reads_back(table in table(), crlf: bool, always: bool, chunk in 1usize..300) {
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let style = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let mut writer = csv::WriterBuilder::new().terminator(terminator).quote_style(style).from_writer(Vec::new());
        table.iter().for_each(|r| writer.write_record(r).unwrap());
        let bytes = writer.into_inner().unwrap();
        let columns: Vec<String> = (0..table[0].len()).map(|i| format!("{{\"name\": \"c{i}\", \"type\": \"string\"}}")).collect();
        let spec = format!("{{\"columns\": [{}], \"trim\": false, \"chunkBytes\": {chunk}}}", columns.join(","));
        let read = parse(&spec, &bytes).unwrap();
        prop_assert_eq!(read.rows(), table.len());
        for (c, column) in read.columns().iter().enumerate() {
            let Values::Text(text) = column.values() else { unreachable!() };
            for (r, row) in table.iter().enumerate() {
                prop_assert_eq!(text.get(r), row[c].as_str());
            }
        }
    }

    #[test]
    fn unquoted_text_splits_as_the_csv_crate_splits_it(text in "[a-c0-9,.\n ]{0,400}", chunk in 1usize..200) {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let theirs: Result<Vec<csv::StringRecord>, _> = reader.records().collect();
        let width = theirs.as_ref().ok().and_then(|r| r.first()).map_or(1, csv::StringRecord::len);
        let columns: Vec<String> = (0..width).map(|i| format!("{{\"name\": \"c{i}\", \"type\": \"string\"}}")).collect();
        let spec = format!("{{\"columns\": [{}], \"trim\": false, \"chunkBytes\": {chunk}}}", columns.join(","));
        let ours = parse(&spec, &text);
        match theirs {
            Err(_) => prop_assert!(ours.is_err()),
            Ok(records) if records.is_empty() => prop_assert_eq!(ours.map(|b| b.rows()).unwrap_or(0), 0),
            Ok(records) => {
                let ours = ours.unwrap();
                prop_assert_eq!(ours.rows(), records.len());
                for (c, column) in ours.columns().iter().enumerate() {
                    let Values::Text(text) = column.values() else { unreachable!() };
                    for (r, record) in records.iter().enumerate() {
                        prop_assert_eq!(text.get(r), &record[c]);
                    }
                }
            }
        }
    }

    #[test]
    fn numbers_read_as_rust_reads_them(values in prop::collection::vec((any::<f64>(), any::<i64>()), 1..50)) {
        let text: String = values.iter().map(|(f, i)| format!("{f:e},{i}\n")).collect();
        let spec = r#"{"columns": [{"name": "f", "type": "f64"}, {"name": "i", "type": "i64"}]}"#;
        let rows = parse(spec, &text).unwrap();
        let (Values::F64(f), Values::I64(i)) = (rows.columns()[0].values(), rows.columns()[1].values()) else { unreachable!() };
        for (r, (expected_f, expected_i)) in values.iter().enumerate() {
            prop_assert_eq!(f[r].to_bits(), expected_f.to_bits());
            prop_assert_eq!(i[r], *expected_i);
        }
    }
}
