//! Plain JavaScript objects.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// An object with these fields; those that are `undefined` are left out.
pub(crate) fn object(fields: &[(&str, JsValue)]) -> Object {
    let out = Object::new();
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_undefined()) {
        // Setting a field of a fresh object cannot fail.
        let _ = Reflect::set(&out, &JsValue::from_str(name), value);
    }
    out
}
