"""The one-table model with a lazy Adam: milliseconds a step, 26 Zipf ids a row, width 16, 416 -> 64 relu -> 1, batch 2048.

Modes: `lazy` moves the rows of the batch alone (PyTorch's SparseAdam; in TensorFlow the same written on its scatter ops);
`dense` is what a user gets by default (Keras's Adam, PyTorch's Adam: every row decays).
"""

import itertools

import protocol

DIM, FIELDS, HIDDEN = 16, 26, 64


def tensorflow(rows, lazy):
    """`(feed, step)` of the TensorFlow model over a table of `rows` rows."""
    import tensorflow as tf

    table = tf.Variable(tf.random.uniform([rows, DIM], -0.05, 0.05))
    dense = [tf.Variable(tf.random.uniform(shape, -0.1, 0.1)) for shape in ([FIELDS * DIM, HIDDEN], [HIDDEN], [HIDDEN, 1], [1])]
    slots = [(tf.Variable(tf.zeros_like(v)), tf.Variable(tf.zeros_like(v))) for v in ([table] if lazy else []) + dense]
    steps = tf.Variable(0.0)
    keras = None
    if not lazy:
        keras = tf.keras.optimizers.Adam(1e-3)
        keras.build([table] + dense)

    def lazy_adam(ids, grad, rate):
        used, place = tf.unique(ids)
        grad = tf.math.unsorted_segment_sum(grad, place, tf.size(used))
        m, v = slots[0]
        new_m = 0.9 * tf.gather(m, used) + 0.1 * grad
        new_v = 0.999 * tf.gather(v, used) + 0.001 * tf.square(grad)
        tf.raw_ops.ResourceScatterUpdate(resource=m.handle, indices=used, updates=new_m)
        tf.raw_ops.ResourceScatterUpdate(resource=v.handle, indices=used, updates=new_v)
        tf.raw_ops.ResourceScatterSub(resource=table.handle, indices=used, updates=rate * new_m / (tf.sqrt(new_v) + 1e-8))

    @tf.function
    def step(ids, label):
        with tf.GradientTape() as tape:
            vectors = tf.gather(table, ids)
            tape.watch(vectors)
            hidden = tf.nn.relu(tf.reshape(vectors, [-1, FIELDS * DIM]) @ dense[0] + dense[1])
            logits = (hidden @ dense[2] + dense[3])[:, 0]
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=label))
        if not lazy:
            keras.apply(tape.gradient(loss, [table] + dense))
            return loss
        to_vectors, *grads = tape.gradient(loss, [vectors] + dense)
        steps.assign_add(1.0)
        powers = tf.pow(0.9, steps), tf.pow(0.999, steps)
        lazy_adam(tf.reshape(ids, [-1]), tf.reshape(to_vectors, [-1, DIM]), 1e-3 * tf.sqrt(1 - powers[1]) / (1 - powers[0]))
        for variable, (m, v), grad in zip(dense, slots[1:], grads):
            tf.raw_ops.ResourceApplyAdam(var=variable.handle, m=m.handle, v=v.handle, beta1_power=powers[0], beta2_power=powers[1],
                                         lr=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, grad=grad)
        return loss

    return lambda ids, label: (tf.constant(ids), tf.constant(label)), lambda ids, label: float(step(ids, label))


def pytorch(rows, lazy):
    """`(feed, step)` of the PyTorch model over a table of `rows` rows."""
    import torch

    table = torch.nn.Embedding(rows, DIM, sparse=lazy)
    torch.nn.init.uniform_(table.weight, -0.05, 0.05)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(FIELDS * DIM, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, 1))
    rest = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    first = torch.optim.SparseAdam(table.parameters(), lr=1e-3) if lazy else torch.optim.Adam(table.parameters(), lr=1e-3, fused=True)

    def step(ids, label):
        first.zero_grad(set_to_none=True)
        rest.zero_grad(set_to_none=True)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(table(ids))[:, 0], label)
        loss.backward()
        first.step()
        rest.step()
        return loss.item()

    return lambda ids, label: (torch.from_numpy(ids), torch.from_numpy(label)), step


def main():
    flags = protocol.parser(__doc__, ["tf", "torch"], ["lazy", "dense"])
    flags.add_argument("--batch", type=int, default=2048)
    flags.add_argument("--rows", type=int, default=100_000)
    args = flags.parse_args()
    protocol.limit_threads(args.threads)
    if args.framework == "tf":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(args.threads)
        tf.config.threading.set_inter_op_parallelism_threads(args.threads)
    else:
        import torch

        torch.set_num_threads(args.threads)
    import recipe

    def case(params):
        make = tensorflow if args.framework == "tf" else pytorch
        feed, step = make(params["rows"], args.mode == "lazy")
        data = recipe.batches(lambda start, count: recipe.one_table(start, count, params["rows"]), params["batch"])
        fed = itertools.cycle([feed(*rows) for rows in data])
        return lambda: step(*next(fed)), lambda seconds: seconds * 1e3, "ms"

    protocol.main(args, {"batch": args.batch, "rows": args.rows}, case)


if __name__ == "__main__":
    main()
