//! What the program `wasm-bindgen` does, from the library that it is made of: the JavaScript that loads a module. Being a
//! dependency, it has the version that the module was compiled against.

use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

/// Writes `NAME.js`, its types and the finished module into `folder`, for ES modules on the web.
pub fn write(module: &Path, folder: &Path, name: &str) -> Result<(), String> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).typescript(true).out_name(name);
    let outcome = bindgen.web(true).and_then(|bindgen| bindgen.generate(folder));
    outcome.map_err(|e| format!("{}: {e:#}", module.display()))
}
