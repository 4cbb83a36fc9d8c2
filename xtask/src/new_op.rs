//! `cargo xtask new-op`: stubs of a new op, with what is left to fill in.

use std::fs;
use std::path::Path;

/// Writes the files of op `words[0]` and lists it in its group.
pub fn write(root: &Path, words: &[&str]) -> Result<(), String> {
    let (Some(name), kernel) = (words.iter().find(|w| !w.starts_with("--")), words.contains(&"--kernel")) else {
        return Err("usage: cargo xtask new-op NAME [--kernel] [--group GROUP]".into());
    };
    if !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        return Err(format!("{name}: op names are snake_case"));
    }
    let asked = words.iter().position(|w| *w == "--group").and_then(|i| words.get(i + 1)).copied();
    let group = asked.unwrap_or(if kernel { "structure" } else { "elementwise" });
    let folder = root.join("crates/core/src/ops").join(group);
    let file = folder.join(format!("{name}.rs"));
    if file.exists() {
        return Err(format!("{} exists already", file.display()));
    }
    save(&file, &record(name, group, kernel))?;
    list(&folder.join("mod.rs"), name, "    &", "::DEF,\n", "LIST")?;
    if kernel {
        let folder = root.join("crates/kernels-cpu/src/ops").join(group);
        save(&folder.join(format!("{name}.rs")), &kernel_stub(name))?;
        list(&folder.join("mod.rs"), name, "    &", "::DEF,\n", "KERNELS")?;
    }
    println!("Now: fill in {}; add golden rows for it in tests/golden; run cargo xtask gen and the tests.", file.display());
    Ok(())
}

fn record(name: &str, group: &str, kernel: bool) -> String {
    let lower = if kernel { "Lower::Kernel" } else { "Lower::Elementwise(|cx| Ok(vec![cx.x(0)]))" };
    let vjp = if kernel { "Vjp::None(\"say why, or write a rule\")" } else { "Vjp::Derived" };
    format!(
        "//! `{name}`\n\nuse crate::infer;\nuse crate::op::{{Arg, Lower, ONE, OpDef, Vjp, floats, sample}};\n\n\
         pub static DEF: OpDef = OpDef {{\n    name: \"{name}\",\n    version: 1,\n    group: \"{group}\",\n    \
         doc: \"Say in one sentence what it gives, with its formula and source.\",\n    args: &[Arg::float(\"x\")],\n    attrs: &[],\n    \
         outputs: ONE,\n    infer: infer::elementwise,\n    lower: {lower},\n    vjp: {vjp},\n    \
         samples: || vec![sample(vec![floats(&[2, 3], -2.0, 2.0)])],\n    method: true,\n}};\n"
    )
}

fn kernel_stub(name: &str) -> String {
    format!(
        "//! `{name}`\n\nuse crate::{{Call, KernelDef, dispatch}};\nuse talray_core::Result;\n\n\
         pub static DEF: KernelDef = KernelDef {{ op: \"{name}\", run, strided: false }};\n\n\
         fn run(call: &mut Call<'_>) -> Result<()> {{\n    let x = call.input(0)?;\n    dispatch!(x.dtype, T => {{\n        \
         let x = x.slice::<T>()?;\n        call.output(0).into_slice::<T>()?.copy_from_slice(x);\n    }});\n    Ok(())\n}}\n"
    )
}

fn save(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    println!("wrote {}", path.display());
    Ok(())
}

/// Adds `mod name;` and an entry at the end of the list named `list`.
fn list(path: &Path, name: &str, before: &str, after: &str, list: &str) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let start = text.find(list).ok_or_else(|| format!("{}: there is no list {list}", path.display()))?;
    let end = start + text[start..].find("];").ok_or_else(|| format!("{}: {list} has no end", path.display()))?;
    let last_mod = text.rfind("\nmod ").map(|i| i + 1 + text[i + 1..].find('\n').unwrap_or(0) + 1);
    let mut text = text.clone();
    text.insert_str(end, &format!("\n{before}{name}{after}"));
    match last_mod {
        Some(at) => text.insert_str(at, &format!("mod {name};\n")),
        None => text.insert_str(text.find("\n/// ").unwrap_or(0), &format!("\nmod {name};\n")),
    }
    save(path, &text)
}
