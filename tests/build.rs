//! Makes one test a golden file: a macro call each, over which `tests/golden.rs` maps its checks.

use std::path::Path;
use std::{env, fs};

fn main() {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("golden");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut ops: Vec<String> = fs::read_dir(&folder)
        .expect("tests/golden exists")
        .filter_map(|entry| Some(entry.ok()?.file_name().to_str()?.strip_suffix(".json")?.to_owned()))
        .collect();
    ops.sort();
    let list = ops.iter().map(|op| format!("golden!(r#{op});\n")).collect::<String>();
    fs::write(Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("golden.rs"), list).expect("OUT_DIR can be written");
}
