//! Where the taps of sliding windows fall: convolutions and pools over one to three spatial axes, seen as three.

use talray_core::rules::window::Window;
use talray_core::{Error, Result};

/// Windows over `input`, all axes padded with leading ones to three.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    /// Sizes of the input's spatial axes.
    pub input: [usize; 3],
    /// Windows along each.
    pub output: [usize; 3],
    /// Taps of a window along each.
    pub taps: [usize; 3],
    stride: [usize; 3],
    dilation: [usize; 3],
    before: [usize; 3],
}

impl Geometry {
    /// `windows` over spatial axes of sizes `input`.
    ///
    /// # Errors
    /// `UNSUPPORTED` for more than three spatial axes.
    pub fn new(input: &[usize], windows: &[Window]) -> Result<Geometry> {
        let lead = 3usize
            .checked_sub(input.len())
            .ok_or_else(|| Error::unsupported(format!("expected at most 3 spatial axes, received {}", input.len())))?;
        let ones = [1; 3];
        let mut g = Geometry { input: ones, output: ones, taps: ones, stride: ones, dilation: ones, before: [0; 3] };
        for (i, (w, &n)) in windows.iter().zip(input).enumerate() {
            let a = lead + i;
            g.input[a] = n;
            g.output[a] = w.count_of(n);
            g.taps[a] = w.size;
            g.stride[a] = w.stride;
            g.dilation[a] = w.dilation;
            g.before[a] = w.before(n);
        }
        Ok(g)
    }

    /// Elements of the input's spatial axes.
    pub fn inputs(&self) -> usize {
        self.input.iter().product()
    }

    /// Windows.
    pub fn outputs(&self) -> usize {
        self.output.iter().product()
    }

    /// Taps of a window.
    pub fn window(&self) -> usize {
        self.taps.iter().product()
    }

    /// Does every window have one tap that is the element of its own number?
    pub fn is_pointwise(&self) -> bool {
        self.taps == [1; 3] && self.stride == [1; 3] && self.before == [0; 3] && self.input == self.output
    }

    /// Position along `axis` of tap `tap` of window `out`; `None` in the padding.
    #[inline]
    pub fn source(&self, axis: usize, out: usize, tap: usize) -> Option<usize> {
        let at = (out * self.stride[axis] + tap * self.dilation[axis]).checked_sub(self.before[axis])?;
        (at < self.input[axis]).then_some(at)
    }

    /// The window numbered `o` as its place on each axis.
    #[inline]
    pub fn place(&self, o: usize) -> [usize; 3] {
        let [_, h, w] = self.output;
        [o / (h * w), o / w % h, o % w]
    }

    /// Calls `f(tap number, input position)` for each tap of window `o` that lies inside, in order of taps.
    #[inline]
    pub fn each_tap(&self, o: usize, mut f: impl FnMut(usize, usize)) {
        let [z, y, x] = self.place(o);
        for d in 0..self.taps[0] {
            let Some(sz) = self.source(0, z, d) else { continue };
            for h in 0..self.taps[1] {
                let Some(sy) = self.source(1, y, h) else { continue };
                for w in 0..self.taps[2] {
                    let Some(sx) = self.source(2, x, w) else { continue };
                    let tap = (d * self.taps[1] + h) * self.taps[2] + w;
                    f(tap, (sz * self.input[1] + sy) * self.input[2] + sx);
                }
            }
        }
    }
}
