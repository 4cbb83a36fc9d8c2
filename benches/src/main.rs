//! `talray-bench-peers WORKLOAD [flags]`: our side of what is timed in Rust (see `benches/peers`).

mod addchain;
mod matmul;
mod protocol;
mod replay;
mod tables;

use std::process::ExitCode;

fn main() -> ExitCode {
    let flags = protocol::Flags::of_process();
    let done = match std::env::args().nth(1).as_deref() {
        Some("addchain") => addchain::main(&flags),
        Some("matmul") => matmul::main(&flags),
        Some("replay") => replay::main(&flags),
        Some("tables") => tables::main(&flags),
        other => {
            eprintln!("expected a workload (addchain, matmul, replay or tables), received {}", other.unwrap_or("nothing"));
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
