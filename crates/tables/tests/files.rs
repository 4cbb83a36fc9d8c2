//! Saving and loading: to the bit, and never something that does not check.

use proptest::prelude::*;
use std::fs;
use std::path::Path;
use talray_core::Code;
use talray_core::rows::{RowStore, RowView, SlotSpec, SlotWidth};
use talray_tables::file::{FileEntry, MANIFEST, Manifest, decode_hash, encode, load_array, load_hash, read_manifest, save};
use talray_tables::{ArrayTable, HashTable, TableOptions, rows};

fn options(shards: usize) -> TableOptions {
    let slot = |name: &str, width, initial| SlotSpec { name: name.into(), width, initial };
    let slots = vec![slot("m", SlotWidth::Param, 0.0), slot("n", SlotWidth::Row, 0.1), slot("p", SlotWidth::Scalar, 0.3)];
    TableOptions { slots, shards, ..TableOptions::new("saved", 3) }
}

fn sample(keys: u64) -> HashTable<f32> {
    let mut table = HashTable::new(options(4)).unwrap();
    let keys: Vec<u64> = (0..keys).map(|k| k.wrapping_mul(0x1234_5678_9abc_def1)).collect();
    let mut shards = vec![0; keys.len()];
    table.route(&keys, &mut shards).unwrap();
    for (i, shard) in table.shards_mut().into_iter().enumerate() {
        let mine: Vec<u64> = keys.iter().zip(&shards).filter(|(_, s)| usize::from(**s) == i).map(|(k, _)| *k).collect();
        let mut rows = vec![0; mine.len()];
        shard.find_or_insert(&mine, &mut rows).unwrap();
        let values: Vec<f32> = mine.iter().flat_map(|k| [*k as f32, f32::NAN, -0.0]).collect();
        shard.store(1, &rows, &values);
        shard.touch(&rows, &vec![i as u32 + 1; rows.len()], 1000 + i as u32);
    }
    table.scalars_mut()[2] = 0.7;
    table
}

/// Rows by key, as bits.
fn content<S: RowStore<f32>>(rows: impl Iterator<Item = talray_tables::Row<f32>>, _: &S) -> Vec<(u64, Vec<u32>, u32, u32)> {
    let mut all: Vec<_> = rows.map(|r| (r.key, r.values.iter().map(|v| v.to_bits()).collect(), r.frequency, r.version)).collect();
    all.sort();
    all
}

#[test]
fn a_table_comes_back_to_the_bit() {
    let folder = tempfile::tempdir().unwrap();
    let table = sample(5000);
    save(&table, folder.path()).unwrap();
    let back: HashTable<f32> = load_hash(folder.path()).unwrap();
    assert_eq!(back.options(), table.options());
    assert_eq!(back.scalars(), table.scalars());
    assert_eq!(content(rows(&back), &back), content(rows(&table), &table));
    assert_eq!(load_hash::<f64>(folder.path()).err().map(|e| e.code), Some(Code::Dtype));
    assert_eq!(load_array::<f32>(folder.path()).err().map(|e| e.code), Some(Code::Format));

    let mut closed = ArrayTable::<f32>::new(options(4), 1000).unwrap();
    closed.shards_mut()[1].store(0, &[3], &[1.5; 3]);
    let second = folder.path().join("closed");
    save(&closed, &second).unwrap();
    let back: ArrayTable<f32> = load_array(&second).unwrap();
    assert_eq!(content(rows(&back), &back), content(rows(&closed), &closed));
    save(&HashTable::<f32>::new(options(1)).unwrap(), &second).unwrap();
    assert!(load_hash::<f32>(&second).unwrap().is_empty());
}

#[test]
fn saving_again_replaces_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    save(&sample(100), folder.path()).unwrap();
    let manifest = save(&sample(200), folder.path()).unwrap();
    let mut names: Vec<String> =
        fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, [MANIFEST.to_string(), manifest.files[0].name.clone()]);
    assert_eq!(load_hash::<f32>(folder.path()).unwrap().len(), 200);
    save(&sample(200), folder.path()).unwrap();
    assert_eq!(load_hash::<f32>(folder.path()).unwrap().len(), 200);
}

#[test]
fn a_save_that_fails_leaves_the_old_table() {
    let folder = tempfile::tempdir().unwrap();
    save(&sample(100), folder.path()).unwrap();
    // A folder in the manifest's way makes the last rename fail once the rows are written.
    let path = folder.path().join(MANIFEST);
    let old = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let e = save(&sample(300), folder.path()).unwrap_err();
    assert_eq!(e.code, Code::Io);
    assert!(e.message.contains(MANIFEST), "{e}");
    fs::remove_dir(&path).unwrap();
    fs::write(&path, old).unwrap();
    assert_eq!(load_hash::<f32>(folder.path()).unwrap().len(), 100);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

fn refused(folder: &Path, name: &str, change: impl Fn(&mut Vec<u8>)) {
    let path = folder.join(name);
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    change(&mut bad);
    fs::write(&path, &bad).unwrap();
    match load_hash::<f32>(folder) {
        Ok(_) => panic!("{name} was changed and loads"),
        Err(e) => {
            assert!(matches!(e.code, Code::Format | Code::Unsupported), "{e:?}");
            assert!(e.message.contains(name) || e.message.contains(folder.to_str().unwrap()), "{e}");
        }
    }
    fs::write(&path, good).unwrap();
}

#[test]
fn changed_files_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = save(&sample(50), folder.path()).unwrap();
    let data = &manifest.files[0].name;
    let size = manifest.files[0].bytes as usize;
    for at in [0, 8, 100, size / 2, size - 1] {
        refused(folder.path(), data, |b| b[at] ^= 1);
        refused(folder.path(), data, |b| b.truncate(at));
    }
    refused(folder.path(), data, |b| b.push(0));
    let text = fs::read_to_string(folder.path().join(MANIFEST)).unwrap();
    refused(folder.path(), MANIFEST, |b| b.truncate(text.len() / 2));
    let swap = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} in {text}");
        refused(folder.path(), MANIFEST, |b| *b = text.replacen(from, to, 1).into_bytes());
    };
    swap("\"version\": 1", "\"version\": 99");
    swap("talray-table", "other-table");
    swap("\"seed\": 0", "\"seed\": 1");
    swap("\"rows\": 50", "\"rows\": 51");
    swap("\"width\": 3", "\"width\": 4");
    fs::remove_file(folder.path().join(data)).unwrap();
    let e = load_hash::<f32>(folder.path()).err().unwrap();
    assert!(e.code == Code::Io && e.message.contains(data), "{e}");
}

/// A manifest with a right checksum may still lie.
#[test]
fn lying_manifests_are_refused() {
    let mut files = Vec::new();
    let good = encode(&sample(50), &mut |_, bytes| {
        files.push(bytes.to_vec());
        Ok(())
    })
    .unwrap();
    let load = |change: &dyn Fn(&mut Manifest)| {
        let mut manifest = good.clone();
        change(&mut manifest);
        let manifest = Manifest::from_bytes(&manifest.to_bytes().unwrap())?;
        decode_hash::<f32>(&manifest, &mut |_: &FileEntry| Ok(files[0].clone())).map(|t| t.len())
    };
    assert_eq!(load(&|_| ()), Ok(50));
    let code = |change: &dyn Fn(&mut Manifest)| load(change).err().map(|e| e.code);
    assert_eq!(code(&|m| m.files[0].name = "../../etc/passwd".into()), Some(Code::Format));
    assert_eq!(code(&|m| m.rows = 49), Some(Code::Format));
    assert_eq!(code(&|m| (m.rows, m.files[0].rows) = (49, 49)), Some(Code::Format));
    assert_eq!(code(&|m| (m.rows, m.files[0].rows) = (u64::MAX, u64::MAX)), Some(Code::Format));
    assert_eq!(code(&|m| m.options.width = 2), Some(Code::Format));
    assert_eq!(code(&|m| m.options.slots[0].name = "other".into()), Some(Code::Format));
    assert_eq!(code(&|m| m.scalars.clear()), Some(Code::Format));
    // The same file twice holds every key twice.
    assert_eq!(code(&|m| (m.rows, m.files) = (100, vec![m.files[0].clone(); 2])), Some(Code::Format));
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0usize..2000, flip in 1u8..255) {
        prop_assert!(Manifest::from_bytes(&bytes).is_err());
        let mut file = Vec::new();
        let mut manifest = encode(&sample(20), &mut |_, b| { file = b.to_vec(); Ok(()) }).unwrap();
        // Right checksums, wrong content: only the parser stands in between.
        let at = at % file.len();
        file[at] ^= flip;
        manifest.files[0].crc32 = crc32fast::hash(&file);
        let _ = decode_hash::<f32>(&manifest, &mut |_| Ok(file.clone()));
        manifest.files[0].crc32 = crc32fast::hash(&bytes);
        manifest.files[0].bytes = bytes.len() as u64;
        prop_assert!(decode_hash::<f32>(&manifest, &mut |_| Ok(bytes.clone())).is_err());
    }
}

#[test]
fn manifests_are_read_without_their_rows() {
    let folder = tempfile::tempdir().unwrap();
    save(&sample(10), folder.path()).unwrap();
    let manifest = read_manifest(folder.path()).unwrap();
    assert_eq!((manifest.rows, manifest.options.name.as_str(), manifest.dtype.as_str()), (10, "saved", "f32"));
}
