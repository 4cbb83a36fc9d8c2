//! The stores against a plain map, growth, and what lookups outside training leave alone.

use proptest::prelude::*;
use std::collections::HashMap;
use talray_core::Code;
use talray_core::rows::{MISSING_ROW, RowSlot, RowStore, RowView, SlotSpec, SlotWidth};
use talray_tables::{Absent, ArrayTable, HashTable, Initializer, Table, TableOptions, export, rows};

fn options(width: usize) -> TableOptions {
    let slot = |name: &str, width, initial| SlotSpec { name: name.into(), width, initial };
    TableOptions {
        slots: vec![
            slot("sum", SlotWidth::Param, 0.1),
            slot("count", SlotWidth::Row, 3.0),
            slot("power", SlotWidth::Scalar, 1.0),
        ],
        shards: 4,
        ..TableOptions::new("t", width)
    }
}

fn find(table: &HashTable<f32>, keys: &[u64]) -> Vec<RowSlot> {
    let mut shards = vec![0; keys.len()];
    table.route(keys, &mut shards).unwrap();
    let one = |(key, shard): (&u64, &u16)| {
        let mut row = [0];
        table.find(usize::from(*shard), &[*key], &mut row);
        RowSlot::new(usize::from(*shard), row[0])
    };
    keys.iter().zip(&shards).map(one).collect()
}

fn insert(table: &mut HashTable<f32>, keys: &[u64]) -> Vec<RowSlot> {
    let mut shards = vec![0; keys.len()];
    table.route(keys, &mut shards).unwrap();
    let mut slots = vec![RowSlot::MISSING; keys.len()];
    for (n, shard) in table.shards_mut().into_iter().enumerate() {
        let mine: Vec<usize> = (0..keys.len()).filter(|i| usize::from(shards[*i]) == n).collect();
        let of: Vec<u64> = mine.iter().map(|i| keys[*i]).collect();
        let mut found = vec![MISSING_ROW; of.len()];
        shard.find_or_insert(&of, &mut found).unwrap();
        for (i, row) in mine.iter().zip(found) {
            slots[*i] = RowSlot::new(n, row);
        }
    }
    slots
}

proptest! {
    #[test]
    fn a_table_behaves_like_a_map(steps in proptest::collection::vec((0u8..4, proptest::collection::vec(0u64..300, 1..40), -5.0f32..5.0), 1..40)) {
        let mut table = HashTable::<f32>::new(options(3)).unwrap();
        let mut model: HashMap<u64, Vec<f32>> = HashMap::new();
        for (kind, keys, value) in steps {
            let before = table.len();
            match kind {
                0 => {
                    for (key, slot) in keys.iter().zip(insert(&mut table, &keys)) {
                        prop_assert!(!slot.is_missing());
                        let mut fresh = vec![0.0; 3];
                        table.absent(&[*key], &mut fresh);
                        model.entry(*key).or_insert(fresh);
                    }
                }
                1 => {
                    for (key, slot) in keys.iter().zip(find(&table, &keys)) {
                        prop_assert_eq!(slot.is_missing(), !model.contains_key(key));
                        if let Some(old) = model.get_mut(key) {
                            *old = vec![value; 3];
                            table.shards_mut()[slot.shard()].store(0, &[slot.row()], old);
                        }
                    }
                    prop_assert_eq!(table.len(), before);
                }
                2 => {
                    let gone = keys.iter().filter(|key| model.remove(key).is_some()).count();
                    prop_assert_eq!(table.remove(&keys), gone);
                }
                _ => {
                    for (key, slot) in keys.iter().zip(find(&table, &keys)) {
                        let mut vector: [&[f32]; 1] = [&[]];
                        table.vectors(&[slot], &mut vector);
                        prop_assert_eq!(vector[0], model.get(key).map_or(&[][..], |v| &v[..]));
                    }
                }
            }
            prop_assert_eq!(table.len(), model.len());
        }
        let (keys, vectors) = export(&table);
        prop_assert_eq!(keys.len(), model.len());
        for (key, vector) in keys.iter().zip(vectors.chunks(3)) {
            prop_assert_eq!(vector, &model[key][..]);
        }
    }
}

#[test]
fn five_million_keys_are_all_found_again() {
    let mut table = HashTable::<f32>::new(TableOptions { tracked: false, ..TableOptions::new("big", 1) }).unwrap();
    let key = |i: u64| i.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (i << 60);
    for start in (0..5_000_000u64).step_by(100_000) {
        insert(&mut table, &(start..start + 100_000).map(key).collect::<Vec<_>>());
    }
    assert_eq!(table.len(), 5_000_000);
    let slots = find(&table, &(0..5_000_000).map(key).collect::<Vec<_>>());
    assert!(slots.iter().all(|s| !s.is_missing()));
    assert_eq!(find(&table, &(5_000_000..5_100_000).map(key).collect::<Vec<_>>()).iter().filter(|s| !s.is_missing()).count(), 0);
    assert_eq!(slots.iter().collect::<std::collections::HashSet<_>>().len(), 5_000_000);
    let stats = table.stats();
    assert!(stats.bytes() < 5_000_000 * 64, "{stats:?}");
    assert!(stats.largest_shard < 5_000_000 / 16 * 11 / 10, "{stats:?}");
}

#[test]
fn new_rows_start_with_initial_values() {
    let mut table = HashTable::<f32>::new(options(3)).unwrap();
    let slot = insert(&mut table, &[u64::MAX])[0];
    let row = rows(&table).next().unwrap();
    assert_eq!((row.key, row.frequency, row.version), (u64::MAX, 0, 0));
    assert_eq!(row.values[3..], [0.1, 0.1, 0.1, 3.0]);
    let mut absent = vec![0.0; 3];
    table.absent(&[u64::MAX], &mut absent);
    assert_eq!(row.values[..3], absent);
    assert_eq!(table.scalars()[2], 1.0);
    // A row that is used again starts anew.
    table.shards_mut()[slot.shard()].store(1, &[slot.row()], &[9.0; 3]);
    table.shards_mut()[slot.shard()].touch(&[slot.row()], &[5], 77);
    assert_eq!(rows(&table).next().map(|r| (r.frequency, r.version)), Some((5, 77)));
    table.remove(&[u64::MAX]);
    insert(&mut table, &[u64::MAX]);
    assert_eq!(rows(&table).next().unwrap(), row);
}

#[test]
fn absent_keys_can_be_zeros() {
    let table = HashTable::<f64>::new(TableOptions { absent: Absent::Zeros, ..options(2) }).unwrap();
    let mut vectors = [1.0; 4];
    table.absent(&[1, 2], &mut vectors);
    assert_eq!(vectors, [0.0; 4]);
}

#[test]
fn f32_and_f64_tables_start_alike() {
    let options = TableOptions { initializer: Initializer::TruncatedNormal { mean: 0.0, stddev: 1.0 }, ..options(7) };
    let (single, double) = (HashTable::<f32>::new(options.clone()).unwrap(), HashTable::<f64>::new(options).unwrap());
    let (mut a, mut b) = ([0.0f32; 70], [0.0f64; 70]);
    let keys: Vec<u64> = (0..10).collect();
    single.absent(&keys, &mut a);
    double.absent(&keys, &mut b);
    assert!(a.iter().zip(b).all(|(x, y)| *x == y as f32));
}

#[test]
fn a_closed_table_refuses_other_keys() {
    let table = ArrayTable::<f32>::new(options(2), 10).unwrap();
    let mut slots = [RowSlot::MISSING; 2];
    assert!(table.address(&[0, 9], &mut slots).unwrap());
    let e = table.address(&[3, 10], &mut slots).unwrap_err();
    assert_eq!(e.code, Code::Option);
    assert!(e.message.contains("key 10") && e.message.contains("10 keys"), "{e}");
    assert!(table.route(&[-1i64 as u64], &mut [0]).unwrap_err().message.contains("key -1"));
    assert_eq!(export(&table).0, (0..10).collect::<Vec<u64>>());
}

/// What `table` holds by key: vectors of 2, the first slot, frequency and version.
fn held<S: RowStore<f32>>(table: &S, all: Vec<(u64, RowSlot)>) -> Vec<(u64, Vec<f32>, Vec<f32>)> {
    let row = |(key, slot): (u64, RowSlot)| {
        let (mut vector, mut sum) = (vec![0.0; 2], vec![0.0; 2]);
        table.shard(slot.shard()).load(0, &[slot.row()], &mut vector);
        table.shard(slot.shard()).load(1, &[slot.row()], &mut sum);
        (key, vector, sum)
    };
    all.into_iter().map(row).collect()
}

#[test]
fn slots_are_added_to_rows_that_stay() {
    let bare = || TableOptions { slots: Vec::new(), ..options(2) };
    let slots = options(2).slots;
    let keys: Vec<u64> = (0..9).collect();

    let mut closed = ArrayTable::<f32>::new(bare(), 9).unwrap();
    let mut at = vec![RowSlot::MISSING; 9];
    closed.address(&keys, &mut at).unwrap();
    closed.shards_mut()[at[4].shard()].store(0, &[at[4].row()], &[7.0, 8.0]);
    let (_, before) = export(&closed);
    let closed = Table::with_slots(&closed, slots.clone()).unwrap();
    assert_eq!(export(&closed).1, before);
    let mut at = vec![RowSlot::MISSING; 9];
    closed.address(&keys, &mut at).unwrap();
    let found = held(&closed, keys.iter().copied().zip(at).collect());
    assert_eq!(found[4].1, [7.0, 8.0]);
    assert!(found.iter().all(|(_, vector, sum)| vector != &[0.0, 0.0] && sum == &[0.1, 0.1]), "{found:?}");

    let mut open = HashTable::<f32>::new(bare()).unwrap();
    let slot = insert(&mut open, &keys)[4];
    open.shards_mut()[slot.shard()].store(0, &[slot.row()], &[7.0, 8.0]);
    let open = Table::with_slots(&open, slots).unwrap();
    let at = find(&open, &keys);
    let found = held(&open, keys.iter().copied().zip(at).collect());
    assert_eq!(found[4].1, [7.0, 8.0]);
    assert!(found.iter().all(|(_, _, sum)| sum == &[0.1, 0.1]), "{found:?}");
}

#[test]
fn options_out_of_range_are_refused() {
    let refused = |change: &dyn Fn(&mut TableOptions)| {
        let mut o = options(2);
        change(&mut o);
        assert_eq!(HashTable::<f32>::new(o).err().map(|e| e.code), Some(Code::Option));
    };
    refused(&|o| o.width = 0);
    refused(&|o| o.shards = 3);
    refused(&|o| o.shards = 0);
    refused(&|o| o.slots[1].name = "sum".into());
    refused(&|o| o.initializer = Initializer::Uniform { low: 1.0, high: 0.0 });
    refused(&|o| o.initializer = Initializer::Normal { mean: f64::NAN, stddev: 0.0 });
}
