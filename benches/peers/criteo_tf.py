"""Wide & Deep and DLRM in TensorFlow, written on its raw training ops: Adagrad on the tables' used rows after summing
duplicates (as the legacy optimizer does), Adam on the dense variables."""

import numpy as np
import tensorflow as tf

from recipe import CARDINALITIES, DENSE, FIELDS

DIM = 16


class _Dense:
    """`x @ w + b`, then relu and batch normalisation where asked."""

    def __init__(self, rows, columns, relu, norm):
        limit = np.sqrt(6 / (rows + columns))
        self.w = tf.Variable(tf.random.uniform([rows, columns], -limit, limit))
        self.b = tf.Variable(tf.zeros([columns]))
        self.relu, self.norm = relu, norm
        self.trained = [self.w, self.b]
        if norm:
            self.gamma, self.beta = tf.Variable(tf.ones([columns])), tf.Variable(tf.zeros([columns]))
            self.mean = tf.Variable(tf.zeros([columns]), trainable=False)
            self.variance = tf.Variable(tf.ones([columns]), trainable=False)
            self.trained += [self.gamma, self.beta]

    def __call__(self, x):
        x = tf.nn.bias_add(tf.matmul(x, self.w), self.b)
        if self.relu:
            x = tf.nn.relu(x)
        if self.norm:
            mean, variance = tf.nn.moments(x, [0])
            self.mean.assign_sub((self.mean - mean) * 0.01)
            self.variance.assign_sub((self.variance - variance) * 0.01)
            x = tf.nn.batch_normalization(x, mean, variance, self.beta, self.gamma, 1e-3)
        return x


def _tower(sizes, norm=False, last_linear=True):
    last = len(sizes) - 2
    return [_Dense(r, c, i < last or not last_linear, norm and (i < last or not last_linear))
            for i, (r, c) in enumerate(zip(sizes, sizes[1:]))]


def _apply(tower, x):
    for layer in tower:
        x = layer(x)
    return x


class WideDeep:
    wide = True

    def __init__(self):
        self.layers = self.deep = _tower([FIELDS * DIM + DENSE, 1024, 512, 256, 1])

    def __call__(self, vectors, wide, dense):
        return _apply(self.deep, tf.concat([vectors, dense], 1)) + wide


class Dlrm:
    wide = False

    def __init__(self):
        self.bottom = _tower([DENSE, 512, 256, 64, DIM], norm=True, last_linear=False)
        self.top = _tower([(FIELDS + 1) * FIELDS // 2 + DIM, 512, 256, 1])
        self.layers = self.bottom + self.top
        self.below = np.ravel_multi_index(np.tril_indices(FIELDS + 1, -1), (FIELDS + 1,) * 2).astype(np.int32)

    def __call__(self, vectors, wide, dense):
        bottom = _apply(self.bottom, dense)
        every = tf.reshape(tf.concat([vectors, bottom], 1), [-1, FIELDS + 1, DIM])
        dots = tf.reshape(tf.matmul(every, every, transpose_b=True), [-1, (FIELDS + 1) ** 2])
        return _apply(self.top, tf.concat([tf.gather(dots, self.below, axis=1), bottom], 1))


class Trainer:
    """One model with its tables and slots. `step` trains on one batch made by `feed`."""

    def __init__(self, model, fused, compiled, threads):
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        tf.random.set_seed(1)
        self.model = {"wdl": WideDeep, "dlrm": Dlrm}[model]()
        self.fused = fused
        sizes = [sum(CARDINALITIES)] if fused else list(CARDINALITIES)
        self.offsets = np.concatenate([[0], np.cumsum(CARDINALITIES)[:-1]])
        self.tables = [self._table(size, DIM) for size in sizes]
        self.wide = [self._table(size, 1) for size in sizes] if self.model.wide else []
        self.trained = [v for layer in self.model.layers for v in layer.trained]
        self.slots = [(tf.Variable(tf.zeros_like(v)), tf.Variable(tf.zeros_like(v))) for v in self.trained]
        self.steps = tf.Variable(0.0)
        middle = tf.function(self._middle, jit_compile=True) if compiled else self._middle

        @tf.function
        def step(dense, ids, label):
            columns = [ids] if fused else tf.unstack(ids)
            vectors = [tf.gather(table, column) for (table, _), column in zip(self.tables, columns)]
            wide = [tf.gather(table, column) for (table, _), column in zip(self.wide, columns)]
            loss, to_vectors, to_wide = middle(vectors, wide, dense, label)
            for (table, sums), column, grad in zip(self.tables + self.wide, columns * 2, to_vectors + to_wide):
                self._adagrad(table, sums, column, grad)
            return loss

        self._step = step

    @staticmethod
    def _table(size, width):
        return tf.Variable(tf.random.uniform([size, width], -0.05, 0.05)), tf.Variable(tf.fill([size, width], 0.1))

    def _middle(self, vectors, wide, dense, label):
        """Everything between the lookups and the sparse updates, the dense variables' Adam included."""
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([*self.trained, *vectors, *wide])
            flat = tf.reshape(vectors[0], [-1, FIELDS * DIM]) if self.fused else tf.concat(vectors, 1)
            total = None
            if self.model.wide:
                total = tf.reduce_sum(wide[0], 1) if self.fused else tf.add_n(wide)
            logits = self.model(flat, total, dense)[:, 0]
            loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=label))
        dense_grads, to_vectors, to_wide = tape.gradient(loss, (self.trained, list(vectors), list(wide)))
        self.steps.assign_add(1.0)
        powers = tf.pow(0.9, self.steps), tf.pow(0.999, self.steps)
        for variable, (m, v), grad in zip(self.trained, self.slots, dense_grads):
            tf.raw_ops.ResourceApplyAdam(var=variable.handle, m=m.handle, v=v.handle, beta1_power=powers[0], beta2_power=powers[1],
                                         lr=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-7, grad=grad)
        return loss, to_vectors, to_wide

    @staticmethod
    def _adagrad(table, sums, ids, grad):
        ids = tf.reshape(ids, [-1])
        used, place = tf.unique(ids)
        grad = tf.math.unsorted_segment_sum(tf.reshape(grad, [-1, table.shape[1]]), place, tf.size(used))
        tf.raw_ops.ResourceSparseApplyAdagradV2(var=table.handle, accum=sums.handle, lr=0.01, epsilon=1e-7, grad=grad, indices=used)

    def feed(self, dense, ids, label):
        ids = ids + self.offsets if self.fused else ids.T
        return tf.constant(dense), tf.constant(ids), tf.constant(label)

    def step(self, dense, ids, label):
        return float(self._step(dense, ids, label))
