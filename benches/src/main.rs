//! `talray-bench-peers WORKLOAD [flags]`: our side of the comparisons that are timed in Rust (see `benches/peers`).

mod matmul;
mod protocol;

use std::process::ExitCode;

fn main() -> ExitCode {
    let flags = protocol::Flags::of_process();
    let done = match std::env::args().nth(1).as_deref() {
        Some("matmul") => matmul::main(&flags),
        other => {
            eprintln!("expected a workload (matmul), received {}", other.unwrap_or("nothing"));
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}
