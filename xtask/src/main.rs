//! Developer commands: `cargo xtask gen | check | new-op | bind`.

#[cfg(feature = "bind")]
mod bind;
mod docs;
mod new_op;
mod typescript;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "cargo xtask COMMAND

  gen              write the TypeScript wrappers and the table of ops from the op list
  check            exit 1 when what gen writes differs from what is there
  new-op NAME [--kernel] [--group GROUP]
                   write the stubs of a new op (groups: elementwise, structure, nn, control)
  bind MODULE FOLDER NAME
                   write the JavaScript of a WebAssembly module into a folder (needs `--features bind`)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["gen"] => generate(true),
        ["check"] => generate(false),
        ["new-op", rest @ ..] => new_op::write(&root(), rest),
        #[cfg(feature = "bind")]
        ["bind", module, folder, name] => bind::write(module.as_ref(), folder.as_ref(), name),
        #[cfg(not(feature = "bind"))]
        ["bind", ..] => Err("bind is a feature: cargo run --release --package xtask --features bind -- bind …".into()),
        ["--help" | "-h" | "help"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(HELP.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Everything that is generated: path and text.
fn files() -> Vec<(&'static str, String)> {
    vec![
        ("ts/src/array/generated/ops.ts", typescript::ops()),
        ("ts/src/array/generated/ops-table.ts", typescript::table()),
        ("docs/ops.md", docs::ops()),
    ]
}

fn generate(write: bool) -> Result<(), String> {
    let mut stale = Vec::new();
    for (path, text) in files() {
        let file = root().join(path);
        if std::fs::read_to_string(&file).is_ok_and(|old| old == text) {
            continue;
        }
        if write {
            if let Some(folder) = file.parent() {
                std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
            }
            std::fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))?;
            println!("wrote {path}");
        } else {
            stale.push(path);
        }
    }
    if stale.is_empty() { Ok(()) } else { Err(format!("stale: {}; run cargo xtask gen and commit", stale.join(", "))) }
}
