//! The port: running plans where only bytes and handles cross.
//!
//! A recorder needs `talray-core` alone. What it recorded goes to a [`Host`] as the bytes of a plan; tensors stay with
//! the host and are known by handles. A browser's worker is such a host; in Node the recorder is in the same process,
//! and a session starts the same [`Job`]s with its own promises, so that nothing is copied.

use crate::job::{Job, Prepared};
use crate::{Cpu, Engine, Error, Handle, Promise, Result, Ticket};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use talray_core::backend::Backend;
use talray_core::graph::OpId;
use talray_core::plan::Plan;
use talray_core::{Code, DType, ops};

/// What a recorder asks of a host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Which ops there are kernels for. Answer: [`Reply::Host`].
    Describe,
    /// Keeps a plan. Answer: [`Reply::Registered`].
    Register {
        /// [`Plan::to_bytes`].
        plan: Vec<u8>,
        /// How many of its outputs are results; the others are new states.
        results: usize,
        /// For each state, the input that held the old one.
        states: Vec<usize>,
    },
    /// Forgets a plan. Answer: [`Reply::Done`].
    Forget(u32),
    /// Queues a run. Inputs that are states are taken: their handles end, and the new states' handles hold what they
    /// held when the run fails. Answer, at once: [`Reply::Started`].
    Run {
        /// Number of the plan.
        plan: u32,
        /// A handle for each input of the plan.
        bindings: Vec<Handle>,
    },
    /// Makes a tensor of little-endian elements. Answer: [`Reply::Written`].
    Write {
        /// Element type.
        dtype: DType,
        /// Sizes.
        shape: Vec<usize>,
        /// Elements, row-major.
        bytes: Vec<u8>,
    },
    /// Reads a tensor once it is computed. Answer: [`Reply::Elements`].
    Read(Handle),
    /// Gives tensors back. Answer: [`Reply::Done`].
    Free(Vec<Handle>),
}

/// What a host answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// What the host can do.
    Host {
        /// Hash of its op table; plans of another are refused.
        ops: u32,
        /// For each op of the table, whether there is a kernel.
        supports: Vec<bool>,
    },
    /// The number of a plan.
    Registered(u32),
    /// A run was queued.
    Started {
        /// Handles of the results.
        results: Vec<Handle>,
        /// Handles of the new states.
        states: Vec<Handle>,
    },
    /// The handle of a new tensor.
    Written(Handle),
    /// A tensor.
    Elements {
        /// Element type.
        dtype: DType,
        /// Sizes.
        shape: Vec<usize>,
        /// Little-endian elements, row-major.
        bytes: Vec<u8>,
    },
    /// Nothing to say.
    Done,
    /// It failed.
    Failed {
        /// Kind of the error.
        code: Code,
        /// Op, where one was being run.
        op: Option<String>,
        /// Text for people.
        message: String,
    },
}

macro_rules! message {
    ($name:ident) => {
        impl $name {
            /// The message as bytes, for a side of the same build.
            ///
            /// # Errors
            /// `INTERNAL` where serialisation fails.
            pub fn to_bytes(&self) -> Result<Vec<u8>> {
                postcard::to_stdvec(self).map_err(|e| Error::internal(format!("port: {e}")))
            }

            /// The message that `bytes` hold.
            ///
            /// # Errors
            /// `FORMAT` for anything else.
            pub fn from_bytes(bytes: &[u8]) -> Result<$name> {
                postcard::from_bytes(bytes)
                    .map_err(|e| Error::format(format!("these bytes are no message of this build's port: {e}")))
            }
        }
    };
}
message!(Request);
message!(Reply);

impl From<Error> for Reply {
    fn from(e: Error) -> Reply {
        Reply::Failed { code: e.code, op: e.op.map(String::from), message: e.message.into() }
    }
}

impl Reply {
    /// The answer, with a failure as an error.
    ///
    /// # Errors
    /// What the host reported.
    pub fn ok(self) -> Result<Reply> {
        match self {
            Reply::Failed { code, op, message } => Err(Error { code, op: op.map(Into::into), message: message.into() }),
            reply => Ok(reply),
        }
    }
}

/// Called once with the answer; for reads on the thread that computed the tensor.
type Answer = Box<dyn FnOnce(Reply) + Send>;

/// The side of a port that owns tensors, plans and an engine. Dropping it cancels what it queued and has not begun.
pub struct Host {
    engine: Arc<Engine>,
    ticket: Ticket,
    tensors: HashMap<Handle, Arc<Promise>>,
    plans: HashMap<u32, Arc<Prepared>>,
    handles: Handle,
    numbers: u32,
}

impl Host {
    /// A host without tensors on `engine`.
    pub fn new(engine: Arc<Engine>) -> Host {
        Host { engine, ticket: Ticket::default(), tensors: HashMap::new(), plans: HashMap::new(), handles: 0, numbers: 0 }
    }

    /// Tensors that have a handle.
    pub fn live(&self) -> usize {
        self.tensors.len()
    }

    /// Answers a request that came as bytes, with bytes. Bytes that are no request are answered with `FORMAT`.
    pub fn serve(&mut self, request: &[u8], answer: impl FnOnce(Vec<u8>) + Send + 'static) {
        let answer: Answer = Box::new(move |reply: Reply| {
            let bytes = reply.to_bytes().or_else(|e| Reply::from(e).to_bytes());
            answer(bytes.unwrap_or_default());
        });
        match Request::from_bytes(request) {
            Ok(request) => self.call(request, answer),
            Err(e) => answer(e.into()),
        }
    }

    /// Answers a request.
    pub fn call(&mut self, request: Request, answer: Answer) {
        match request {
            Request::Read(handle) => match self.tensor(handle) {
                Ok(promise) => {
                    let engine = self.engine.clone();
                    let promise = promise.clone();
                    promise.when_settled(Box::new(move |outcome| {
                        let elements = outcome.as_ref().map_err(Clone::clone).and_then(|t| elements(&engine.cpu, t));
                        answer(elements.unwrap_or_else(Reply::from));
                    }));
                }
                Err(e) => answer(e.into()),
            },
            request => answer(self.now(request).unwrap_or_else(Reply::from)),
        }
    }

    fn now(&mut self, request: Request) -> Result<Reply> {
        Ok(match request {
            Request::Describe => Reply::Host {
                ops: ops::fingerprint(),
                supports: (0..ops::OPS.len()).map(|n| self.engine.cpu.supports(OpId(n as u16))).collect(),
            },
            Request::Register { plan, results, states } => {
                let prepared = Prepared::new(Plan::from_bytes(&plan)?, results, states)?;
                self.numbers += 1;
                self.plans.insert(self.numbers, Arc::new(prepared));
                Reply::Registered(self.numbers)
            }
            Request::Forget(plan) => {
                self.plans.remove(&plan);
                Reply::Done
            }
            Request::Run { plan, bindings } => self.run(plan, &bindings)?,
            Request::Write { dtype, shape, bytes } => {
                let tensor = self.engine.cpu.upload(&bytes, dtype, &shape)?;
                Reply::Written(self.adopt(Promise::ready(tensor)))
            }
            Request::Free(handles) => {
                handles.iter().for_each(|h| drop(self.tensors.remove(h)));
                Reply::Done
            }
            Request::Read(_) => return Err(Error::internal("a read is answered when it is computed")),
        })
    }

    fn run(&mut self, plan: u32, bindings: &[Handle]) -> Result<Reply> {
        let prepared = self.plans.get(&plan).ok_or_else(|| Error::option(format!("plan {plan} is not registered")))?.clone();
        if bindings.len() != prepared.inputs() {
            return Err(Error::option(format!("plan {plan} has {} inputs, received {}", prepared.inputs(), bindings.len())));
        }
        // Everything that can be refused is, before the first state is taken.
        let mut inputs = bindings.iter().map(|h| self.tensor(*h).cloned()).collect::<Result<Vec<_>>>()?;
        let taken: Vec<Handle> = prepared.states().iter().map(|&at| bindings[at]).collect();
        if taken.iter().any(|h| bindings.iter().filter(|b| *b == h).count() > 1) {
            return Err(Error::option("a state is bound to more than one input"));
        }
        for handle in &taken {
            self.tensors.remove(handle);
        }
        let (results, states) = prepared.promises();
        let started = Reply::Started {
            results: results.iter().map(|p| self.adopt(p.clone())).collect(),
            states: states.iter().map(|p| self.adopt(p.clone())).collect(),
        };
        let inputs = std::mem::take(&mut inputs);
        Job { prepared, inputs, results, states }.start(&self.engine, &self.ticket)?;
        Ok(started)
    }

    fn tensor(&self, handle: Handle) -> Result<&Arc<Promise>> {
        self.tensors.get(&handle).ok_or_else(|| Error::option(format!("tensor {handle} was freed, or never was")))
    }

    fn adopt(&mut self, promise: Arc<Promise>) -> Handle {
        self.handles += 1;
        self.tensors.insert(self.handles, promise);
        self.handles
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.ticket.cancel();
    }
}

fn elements(cpu: &Cpu, tensor: &crate::Tensor) -> Result<Reply> {
    Ok(Reply::Elements { dtype: tensor.dtype, shape: tensor.shape().to_vec(), bytes: crate::bytes_of(cpu, tensor)? })
}
