//! Says when the module's memory grew, which leaves every JavaScript view of it empty.
#![expect(unsafe_code, reason = "the allocator, which is where memory grows")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::arch::wasm32::memory_size;
use std::sync::atomic::{AtomicUsize, Ordering};
use wasm_bindgen::prelude::wasm_bindgen;

// A function that JavaScript keeps: calling it takes no allocation, unlike calling one that is handed over.
#[wasm_bindgen(inline_js = "
let listener = () => {};
export function listen(to) { listener = to; }
export function grown() { listener(); }
")]
extern "C" {
    fn listen(to: &js_sys::Function);
    fn grown();
}

/// From now on `listener` is called whenever the memory has grown, before anything else happens. It must not call the
/// engine: an allocation is in progress.
#[wasm_bindgen(js_name = onGrowth)]
pub fn on_growth(listener: &js_sys::Function) {
    listen(listener);
}

#[global_allocator]
static ALLOCATOR: Announcing = Announcing { pages: AtomicUsize::new(0) };

/// The system's allocator, which also looks whether the memory grew.
struct Announcing {
    /// Pages when it looked last.
    pages: AtomicUsize,
}

impl Announcing {
    fn look(&self) {
        let pages = memory_size::<0>();
        if self.pages.load(Ordering::Relaxed) != pages {
            self.pages.store(pages, Ordering::Relaxed);
            grown();
        }
    }
}

// SAFETY: every call is handed on as it came.
unsafe impl GlobalAlloc for Announcing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        let out = unsafe { System.alloc(layout) };
        self.look();
        out
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promised.
        let out = unsafe { System.alloc_zeroed(layout) };
        self.look();
        out
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as the caller promised.
        let out = unsafe { System.realloc(at, layout, size) };
        self.look();
        out
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(at, layout) }
    }
}
