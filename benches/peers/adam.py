"""One Adam step over 10 million dense f32 parameters (20 arrays of 500,000): milliseconds a step.

Modes: `foreach` and `fused` (PyTorch), `plain` (TensorFlow's fused kernel; NumPy in place, array by array), `copy` (NumPy: GB/s
of copying 160 MB, read and written bytes counted, the bandwidth that a step is held against).
"""

import protocol

ARRAYS, LENGTH = 20, 500_000


def with_torch(mode):
    import torch

    parameters = [torch.nn.Parameter(torch.rand(LENGTH) - 0.5) for _ in range(ARRAYS)]
    for p in parameters:
        p.grad = torch.rand(LENGTH) - 0.5
    optimizer = torch.optim.Adam(parameters, lr=1e-3, **{mode: True})
    return optimizer.step


def with_tensorflow():
    import tensorflow as tf

    def vector(low, high):
        return tf.Variable(tf.random.uniform([LENGTH], low, high))

    sets = [(vector(-0.5, 0.5), vector(0, 0), vector(0, 0), tf.constant(vector(-0.5, 0.5))) for _ in range(ARRAYS)]
    steps = tf.Variable(0.0)

    @tf.function
    def step():
        steps.assign_add(1.0)
        powers = tf.pow(0.9, steps), tf.pow(0.999, steps)
        for p, m, v, grad in sets:
            tf.raw_ops.ResourceApplyAdam(var=p.handle, m=m.handle, v=v.handle, beta1_power=powers[0], beta2_power=powers[1],
                                         lr=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, grad=grad)

    return step


def with_numpy():
    import numpy as np

    random = np.random.default_rng(1)
    sets = [[random.random(LENGTH, dtype=np.float32) - np.float32(0.5), np.zeros(LENGTH, np.float32), np.zeros(LENGTH, np.float32),
             random.random(LENGTH, dtype=np.float32) - np.float32(0.5)] for _ in range(ARRAYS)]
    scratch = np.empty(LENGTH, np.float32)
    count = 0

    def step():
        nonlocal count
        count += 1
        rate = np.float32(1e-3 * (1 - 0.999**count) ** 0.5 / (1 - 0.9**count))
        for p, m, v, grad in sets:
            m *= np.float32(0.9)
            np.multiply(grad, np.float32(0.1), out=scratch)
            m += scratch
            v *= np.float32(0.999)
            np.multiply(grad, grad, out=scratch)
            np.multiply(scratch, np.float32(0.001), out=scratch)
            v += scratch
            np.sqrt(v, out=scratch)
            np.add(scratch, np.float32(1e-8), out=scratch)
            np.divide(m, scratch, out=scratch)
            np.multiply(scratch, rate, out=scratch)
            p -= scratch

    return step


def copying(threads):
    """A step that copies 160 MB, split over `threads` Python threads (NumPy lets go of the interpreter's lock)."""
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    source, target = np.ones(40_000_000, np.float32), np.zeros(40_000_000, np.float32)
    parts = list(zip(np.array_split(target, threads), np.array_split(source, threads)))
    if threads == 1:
        return lambda: np.copyto(target, source)
    pool = ThreadPoolExecutor(threads)
    return lambda: list(pool.map(lambda part: np.copyto(*part), parts))


def main():
    flags = protocol.parser(__doc__, ["torch", "tf", "numpy"], ["plain", "foreach", "fused", "copy"])
    args = flags.parse_args()
    protocol.limit_threads(args.threads)
    if (args.framework == "torch") != (args.mode in ("foreach", "fused")) or (args.mode == "copy" and args.framework != "numpy"):
        flags.error(f"--mode {args.mode} is not a mode of {args.framework}")

    def case(params):
        if args.mode == "copy":
            return copying(args.threads), lambda seconds: 2 * 160e6 / seconds / 1e9, "GB/s"
        if args.framework == "torch":
            import torch

            torch.set_num_threads(args.threads)
            step = with_torch(args.mode)
        elif args.framework == "tf":
            import tensorflow as tf

            tf.config.threading.set_intra_op_parallelism_threads(args.threads)
            tf.config.threading.set_inter_op_parallelism_threads(args.threads)
            step = with_tensorflow()
        else:
            step = with_numpy()
        return step, lambda seconds: seconds * 1e3, "ms"

    protocol.main(args, {}, case)


if __name__ == "__main__":
    main()
