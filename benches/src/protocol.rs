//! The same flags, requests and answers as `benches/peers/protocol.py`: one measurement, or many on request over standard input.

use serde_json::{Value, json};
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

const WARM_CALLS: usize = 3;

/// What is called again and again, and the figure that the median seconds of a call stand for.
pub struct Case {
    /// One call of the work.
    pub step: Box<dyn FnMut() -> talray_runtime::Result<()>>,
    /// The figure for the seconds of a call.
    pub value: Box<dyn Fn(f64) -> f64>,
    /// Its unit.
    pub unit: &'static str,
    /// What else is to be known of the case: an object whose entries stand beside the figure.
    pub about: Value,
}

/// The flags of the command line: `--name value`, or `--name` alone.
pub struct Flags(Vec<String>);

impl Flags {
    /// Those of this process, behind the workload's name.
    pub fn of_process() -> Flags {
        Flags(std::env::args().skip(2).collect())
    }

    /// Is `--name` there?
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|a| a.strip_prefix("--") == Some(name))
    }

    /// What follows `--name`.
    pub fn text(&self, name: &str) -> Option<&str> {
        let at = self.0.iter().position(|a| a.strip_prefix("--") == Some(name))?;
        self.0.get(at + 1).map(String::as_str)
    }

    /// The number behind `--name`, or `default`.
    pub fn number(&self, name: &str, default: f64) -> f64 {
        self.text(name).and_then(|t| t.parse().ok()).unwrap_or(default)
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { (values[half - 1] + values[half]) / 2.0 }
}

fn measure(case: &mut Case, seconds: f64) -> talray_runtime::Result<Value> {
    if seconds <= 0.0 {
        return Ok(json!({ "warm": true }));
    }
    let mut calls = Vec::new();
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    while calls.len() < 3 || Instant::now() < end {
        let start = Instant::now();
        (case.step)()?;
        calls.push(start.elapsed().as_secs_f64());
    }
    let (count, best) = (calls.len(), calls.iter().copied().fold(f64::INFINITY, f64::min));
    let mut answer =
        json!({ "value": (case.value)(median(calls)), "unit": case.unit, "calls": count, "best": (case.value)(best) });
    if let (Some(answer), Some(about)) = (answer.as_object_mut(), case.about.as_object()) {
        answer.extend(about.clone());
    }
    Ok(answer)
}

/// Runs a workload as the flags say. `make` builds the case for some parameters; `params` are those of the flags.
///
/// # Errors
/// What the work refuses, when it is measured once; while serving, errors are answers.
pub fn run(flags: &Flags, params: Value, make: impl Fn(&Value) -> talray_runtime::Result<Case>) -> talray_runtime::Result<()> {
    let mut cases: Vec<(Value, Case)> = Vec::new();
    let mut answer = |params: Value, seconds: f64| -> talray_runtime::Result<Value> {
        let at = match cases.iter().position(|(p, _)| *p == params) {
            Some(at) => at,
            None => {
                let mut case = make(&params)?;
                for _ in 0..WARM_CALLS {
                    (case.step)()?;
                }
                cases.push((params, case));
                cases.len() - 1
            }
        };
        measure(&mut cases[at].1, seconds)
    };
    let say = |value: &Value| {
        let mut out = std::io::stdout().lock();
        // A reader that went away ends the run at its next request.
        let _ = writeln!(out, "{value}").and_then(|()| out.flush());
    };
    let seconds = flags.number("seconds", 2.0);
    if !flags.has("serve") {
        say(&answer(params, seconds)?);
        return Ok(());
    }
    say(&json!({ "ready": true, "framework": "talray", "threads": flags.number("threads", 1.0) }));
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Ok(request) = serde_json::from_str::<Value>(&line) else { continue };
        let asked = request.get("params").cloned().unwrap_or_else(|| params.clone());
        let time = request.get("seconds").and_then(Value::as_f64).unwrap_or(seconds);
        say(&answer(asked, time).unwrap_or_else(|e| json!({ "error": e.to_string() })));
    }
    Ok(())
}
