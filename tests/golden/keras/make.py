"""Writes what Keras 3 (TensorFlow backend) gives for losses, metrics, layers, optimizers, schedules and initializers.

Run in an environment with keras 3.15, TensorFlow and SciPy: `python make.py` writes the f32 files, `python make.py f64`
those of float64 (NAME.f64.json; the same cases on the same inputs, all numbers to 17 digits). The JSON files beside it are
committed; the TypeScript tests compare with them.
"""
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import numpy as np
import tensorflow as tf

DOUBLE = sys.argv[1:] == ["f64"]
FLOAT = "float64" if DOUBLE else "float32"
DIGITS = 17 if DOUBLE else 9
keras.config.set_floatx(FLOAT)
rng = np.random.default_rng(7)


def out(x):
    if isinstance(x, dict):
        return {k: out(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [out(v) for v in x]
    if isinstance(x, (str, int, float, bool)) or x is None:
        return x
    a = np.asarray(x)
    return {"shape": list(a.shape), "data": [float(f"{v:.{DIGITS}g}") if np.isfinite(v) else str(v) for v in a.astype(np.float64).ravel()]}


def write(name, cases):
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name + (".f64.json" if DOUBLE else ".json")), "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(out(c)) for c in cases) + "\n]\n")
    print(name, len(cases))


def real(x):
    return x.astype(FLOAT) if x.dtype == "float32" else x


def probabilities(*shape):
    p = rng.uniform(0.05, 1, shape).astype("float32")
    return p / p.sum(-1, keepdims=True)


def losses():
    L = keras.losses
    cases = []
    y, p = rng.normal(size=(4, 3)).astype("float32"), rng.normal(size=(4, 3)).astype("float32")
    w = np.array([0.5, 2, 0, 1], "float32")
    pos, pos2 = np.abs(y) + 0.1, np.abs(p) + 0.1
    bits = (rng.uniform(size=(4, 3)) < 0.5).astype("float32")
    unit = rng.uniform(0.01, 0.99, (4, 3)).astype("float32")
    hot = np.eye(3, dtype="float32")[[0, 2, 1, 1]]
    soft, logits, ids = probabilities(4, 3), p * 2, np.array([0, 2, 1, 1])

    def add(name, cls, a, b, ours=None, **kw):
        for reduction in ("none", "sum_over_batch_size", "sum", "mean_with_sample_weight"):
            weight = None if reduction == "none" else w
            value = cls(reduction=reduction, **kw)(real(a), real(b), weight)
            cases.append({"loss": name, "options": ours or {}, "reduction": reduction, "yTrue": a, "yPred": b, "weight": weight, "want": value})

    add("MeanSquaredError", L.MeanSquaredError, y, p)
    add("MeanAbsoluteError", L.MeanAbsoluteError, y, p)
    add("MeanAbsolutePercentageError", L.MeanAbsolutePercentageError, y, p)
    add("MeanSquaredLogarithmicError", L.MeanSquaredLogarithmicError, pos, pos2)
    add("LogCosh", L.LogCosh, y, p)
    add("Poisson", L.Poisson, pos, pos2)
    add("Huber", L.Huber, y, p, {"delta": 0.7}, delta=0.7)
    add("Hinge", L.Hinge, bits, p)
    add("Hinge", L.Hinge, np.sign(y), p)
    add("SquaredHinge", L.SquaredHinge, bits, p)
    add("CategoricalHinge", L.CategoricalHinge, hot, soft)
    add("CosineSimilarity", L.CosineSimilarity, y, p)
    add("KLDivergence", L.KLDivergence, probabilities(4, 3), soft)
    add("BinaryCrossentropy", L.BinaryCrossentropy, bits, unit)
    add("BinaryCrossentropy", L.BinaryCrossentropy, bits, logits, {"fromLogits": True, "labelSmoothing": 0.2}, from_logits=True, label_smoothing=0.2)
    add("BinaryFocalCrossentropy", L.BinaryFocalCrossentropy, bits, unit)
    add("BinaryFocalCrossentropy", L.BinaryFocalCrossentropy, bits, logits, {"fromLogits": True, "applyClassBalancing": True, "alpha": 0.3, "gamma": 1.5}, from_logits=True, apply_class_balancing=True, alpha=0.3, gamma=1.5)
    add("CategoricalCrossentropy", L.CategoricalCrossentropy, hot, soft * 1.3)
    add("CategoricalCrossentropy", L.CategoricalCrossentropy, hot, logits, {"fromLogits": True, "labelSmoothing": 0.1}, from_logits=True, label_smoothing=0.1)
    add("CategoricalFocalCrossentropy", L.CategoricalFocalCrossentropy, hot, soft)
    add("CategoricalFocalCrossentropy", L.CategoricalFocalCrossentropy, hot, logits, {"fromLogits": True, "alpha": 0.5, "gamma": 1.0}, from_logits=True, alpha=0.5, gamma=1.0)
    add("SparseCategoricalCrossentropy", L.SparseCategoricalCrossentropy, ids, soft)
    add("SparseCategoricalCrossentropy", L.SparseCategoricalCrossentropy, ids, logits, {"fromLogits": True}, from_logits=True)
    add("SparseCategoricalCrossentropy", L.SparseCategoricalCrossentropy, ids, logits, {"fromLogits": True, "ignoreClass": 1}, from_logits=True, ignore_class=1)
    add("CategoricalGeneralizedCrossEntropy", L.CategoricalGeneralizedCrossEntropy, ids, soft, {"q": 0.7}, q=0.7)
    add("Dice", L.Dice, bits, unit)
    add("Dice", L.Dice, bits, unit, {"axis": [1]}, axis=(1,))
    add("Tversky", L.Tversky, bits, unit, {"alpha": 0.3, "beta": 0.6}, alpha=0.3, beta=0.6)
    emb = rng.normal(size=(6, 4)).astype("float32")
    emb /= np.linalg.norm(emb, axis=-1, keepdims=True)
    for reduction in ("none", "sum_over_batch_size"):
        lab = np.array([0, 0, 1, 1, 2, 2])
        value = L.Circle(reduction=reduction, gamma=10, margin=0.3)(lab, real(emb))
        cases.append({"loss": "Circle", "options": {"gamma": 10, "margin": 0.3}, "reduction": reduction, "yTrue": lab, "yPred": emb, "weight": None, "want": value})
    # TensorFlow has it in f32 alone.
    seq, frames = np.array([[1, 2, 0], [3, 3, 1]]), rng.normal(size=(2, 7, 4)).astype("float32")
    for reduction in () if DOUBLE else ("none", "sum"):
        cases.append({"loss": "CTC", "options": {}, "reduction": reduction, "yTrue": seq, "yPred": frames, "weight": None, "want": L.CTC(reduction=reduction)(seq, frames)})
    write("losses", cases)


def metrics():
    M = keras.metrics
    cases = []
    n = 16

    def add(name, metric, batches, ours=None):
        for y, p, w in batches:
            metric.update_state(y, p, sample_weight=w)
        cases.append({"metric": name, "options": ours or {}, "batches": [[y, p, w] for y, p, w in batches], "want": metric.result()})

    bits = [(rng.uniform(size=(n, 1)) < 0.4).astype("float32") for _ in range(2)]
    score = [np.clip(b * 0.3 + rng.uniform(0, 0.7, (n, 1)), 0, 1).astype("float32") for b in bits]
    w = [rng.uniform(0, 2, (n,)).astype("float32") for _ in range(2)]
    plain, weighted = [(a, b, None) for a, b in zip(bits, score)], list(zip(bits, score, w))
    for batches in (plain, weighted):
        add("Auc", M.AUC(), batches)
        add("Auc", M.AUC(num_thresholds=20), batches, {"numThresholds": 20})
        add("Auc", M.AUC(curve="PR"), batches, {"curve": "PR"})
        add("Auc", M.AUC(curve="PR", summation_method="majoring"), batches, {"curve": "PR", "summationMethod": "majoring"})
        add("Auc", M.AUC(curve="ROC", summation_method="minoring"), batches, {"curve": "ROC", "summationMethod": "minoring"})
        add("Auc", M.AUC(thresholds=[0.2, 0.35, 0.9]), batches, {"thresholds": [0.2, 0.35, 0.9]})
        add("BinaryAccuracy", M.BinaryAccuracy(threshold=0.45), batches, {"threshold": 0.45})
        add("Precision", M.Precision(), batches)
        add("Recall", M.Recall(thresholds=0.4), batches, {"thresholds": 0.4})
        add("Recall", M.Recall(thresholds=[0.3, 0.6]), batches, {"thresholds": [0.3, 0.6]})
        add("BinaryCrossentropy", M.BinaryCrossentropy(), batches)
        for kind in ("TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives"):
            add(kind, getattr(M, kind)(), batches)
        add("F1Score", M.F1Score(threshold=0.5), [(a, b, None) for a, b, _ in batches], {"threshold": 0.5})
        add("SensitivityAtSpecificity", M.SensitivityAtSpecificity(0.6), batches, {"value": 0.6})
        add("SpecificityAtSensitivity", M.SpecificityAtSensitivity(0.6), batches, {"value": 0.6})
        add("PrecisionAtRecall", M.PrecisionAtRecall(0.6), batches, {"value": 0.6})
        add("RecallAtPrecision", M.RecallAtPrecision(0.5), batches, {"value": 0.5})
    soft = [probabilities(12, 5) for _ in range(2)]
    ids = [rng.integers(0, 5, 12) for _ in range(2)]
    w = [rng.uniform(0, 2, (12,)).astype("float32") for _ in range(2)]
    sparse = list(zip(ids, soft, w))
    onehot = [(np.eye(5, dtype="float32")[i], s, v) for i, s, v in sparse]
    add("SparseCategoricalAccuracy", M.SparseCategoricalAccuracy(), sparse)
    add("SparseTopKCategoricalAccuracy", M.SparseTopKCategoricalAccuracy(k=2), sparse, {"k": 2})
    add("SparseCategoricalCrossentropy", M.SparseCategoricalCrossentropy(), sparse)
    add("CategoricalAccuracy", M.CategoricalAccuracy(), onehot)
    add("TopKCategoricalAccuracy", M.TopKCategoricalAccuracy(k=2), onehot, {"k": 2})
    add("CategoricalCrossentropy", M.CategoricalCrossentropy(), onehot)
    add("CategoricalHinge", M.CategoricalHinge(), onehot)
    add("KLDivergence", M.KLDivergence(), onehot)
    add("F1Score", M.F1Score(average="macro"), onehot, {"average": "macro"})
    add("FBetaScore", M.FBetaScore(average="weighted", beta=2.0), onehot, {"average": "weighted", "beta": 2})
    add("PrecisionAtRecall", M.PrecisionAtRecall(0.5, num_thresholds=50, class_id=2), onehot, {"value": 0.5, "numThresholds": 50, "classId": 2})
    add("SpecificityAtSensitivity", M.SpecificityAtSensitivity(0.4, num_thresholds=1), onehot, {"value": 0.4, "numThresholds": 1})
    add("Precision", M.Precision(top_k=2, class_id=1), onehot, {"topK": 2, "classId": 1})
    y = [rng.normal(size=(8, 3)).astype("float32") for _ in range(2)]
    p = [(a + rng.normal(size=a.shape) * 0.5).astype("float32") for a in y]
    w = [rng.uniform(0, 2, (8,)).astype("float32") for _ in range(2)]
    for batches in ([(a, b, None) for a, b in zip(y, p)], list(zip(y, p, w))):
        for name in ("MeanSquaredError", "RootMeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "CosineSimilarity", "LogCoshError", "Hinge", "SquaredHinge"):
            add(name, getattr(M, name)(), batches)
        positive = [(np.abs(a), np.abs(b), v) for a, b, v in batches]
        add("MeanSquaredLogarithmicError", M.MeanSquaredLogarithmicError(), positive)
        add("Poisson", M.Poisson(), positive)
        add("Accuracy", M.Accuracy(), [(np.round(a), np.round(b), v) for a, b, v in batches])
        add("R2Score", M.R2Score(), batches)
        add("R2Score", M.R2Score(class_aggregation="variance_weighted_average", num_regressors=2), batches, {"classAggregation": "varianceWeightedAverage", "numRegressors": 2})
        add("R2Score", M.R2Score(class_aggregation=None), batches, {"classAggregation": None})
    write("metrics", cases)


def layers():
    K = keras.layers
    cases = []

    def add(name, layer, x, ours, args, training=False, mask=None, keep=None):
        layer.build(keras.tree.map_structure(lambda a: a.shape, x))
        for v in layer.weights:
            value = rng.uniform(0.2, 1, v.shape) if "variance" in v.name else rng.normal(size=v.shape) * 0.5
            v.assign(value.astype("float32").astype(FLOAT))
        before = [np.asarray(v.value) for v in layer.weights]
        kw = {}
        if training:
            kw["training"] = True
        if mask is not None:
            kw["mask"] = mask
        # Real inputs arrive in the layer's dtype; ids stay integers.
        y = layer(keras.tree.map_structure(real, x), **kw)
        cases.append({"layer": name, "args": args, "options": ours, "x": x, "training": training, "mask": mask, "weights": before, "want": y, "after": [np.asarray(v.value) for v in layer.weights]})

    x2, x3, x4 = rng.normal(size=(3, 4)).astype("float32"), rng.normal(size=(3, 5, 4)).astype("float32"), rng.normal(size=(2, 6, 5, 4)).astype("float32")
    mask = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 0, 0, 0, 0]], bool)
    add("Dense", K.Dense(3, activation="relu"), x2, {"activation": "relu"}, [3])
    add("Dense", K.Dense(3, use_bias=False), x3, {"useBias": False}, [3])
    add("Embedding", K.Embedding(7, 3), np.array([[1, 6, 0], [2, 2, 5]]), {}, [7, 3])
    add("BatchNormalization", K.BatchNormalization(), x4, {}, [], training=True)
    add("BatchNormalization", K.BatchNormalization(epsilon=1e-2, axis=1), x4, {"epsilon": 1e-2, "axis": 1}, [])
    add("BatchNormalization", K.BatchNormalization(scale=False, momentum=0.8), x2, {"scale": False, "momentum": 0.8}, [], training=True)
    add("LayerNormalization", K.LayerNormalization(), x3, {}, [])
    add("LayerNormalization", K.LayerNormalization(axis=[1, 2], center=False), x3, {"axis": [1, 2], "center": False}, [])
    add("Conv1D", K.Conv1D(6, 3, padding="causal", dilation_rate=2), x3, {"padding": "causal", "dilationRate": 2}, [6, 3])
    add("Conv1D", K.Conv1D(6, 2, strides=2), x3, {"strides": 2}, [6, 2])
    add("Conv2D", K.Conv2D(6, 3, strides=2, padding="same", activation="tanh"), x4, {"strides": 2, "padding": "same", "activation": "tanh"}, [6, 3])
    add("Conv2D", K.Conv2D(6, (3, 2), groups=2, dilation_rate=2), x4, {"groups": 2, "dilationRate": 2}, [6, [3, 2]])
    add("MaxPooling2D", K.MaxPooling2D(), x4, {}, [])
    add("MaxPooling2D", K.MaxPooling2D(3, strides=2, padding="same"), x4, {"poolSize": 3, "strides": 2, "padding": "same"}, [])
    add("AveragePooling2D", K.AveragePooling2D((2, 3), strides=1, padding="same"), x4, {"poolSize": [2, 3], "strides": 1, "padding": "same"}, [])
    add("Flatten", K.Flatten(), x4, {}, [])
    add("Flatten", K.Flatten(data_format="channels_first"), x4, {"dataFormat": "channelsFirst"}, [])
    add("Reshape", K.Reshape((2, -1)), x3, {}, [[2, -1]])
    add("Activation", K.Activation("gelu"), x2, {}, ["gelu"])
    add("Concatenate", K.Concatenate(axis=1), [x3, x3 * 2], {"axis": 1}, [])
    add("Add", K.Add(), [x3, x3 * 2, x3[:, :1]], {}, [])
    add("Multiply", K.Multiply(), [x2, x2 + 1], {}, [])
    add("GlobalAveragePooling1D", K.GlobalAveragePooling1D(), x3, {}, [], mask=mask)
    add("GlobalAveragePooling2D", K.GlobalAveragePooling2D(keepdims=True), x4, {"keepdims": True}, [])
    add("LSTM", K.LSTM(3), x3, {}, [3])
    add("LSTM", K.LSTM(3, return_sequences=True, go_backwards=True), x3, {"returnSequences": True, "goBackwards": True}, [3])
    add("LSTM", K.LSTM(3, return_sequences=True), x3, {"returnSequences": True}, [3], mask=mask)
    add("GRU", K.GRU(3), x3, {}, [3], mask=mask)
    add("GRU", K.GRU(3, reset_after=False, return_sequences=True), x3, {"resetAfter": False, "returnSequences": True}, [3])
    for mode in ("concat", "sum", "mul", "ave"):
        add("Bidirectional", K.Bidirectional(K.LSTM(3, return_sequences=True), merge_mode=mode), x3, {"mergeMode": mode, "inner": "LSTM", "innerOptions": {"returnSequences": True}}, [3])
    add("Bidirectional", K.Bidirectional(K.GRU(3)), x3, {"inner": "GRU", "innerOptions": {}}, [3])

    q, v = rng.normal(size=(2, 4, 6)).astype("float32"), rng.normal(size=(2, 5, 8)).astype("float32")

    def attention(layer, query, value, ours, args, **kw):
        layer.build(query.shape, value.shape)
        for w in layer.weights:
            w.assign((rng.normal(size=w.shape) * 0.4).astype("float32").astype(FLOAT))
        cases.append({"layer": "MultiHeadAttention", "args": args, "options": ours, "x": [query, value], "training": False, "mask": kw.get("attention_mask"), "weights": [np.asarray(w.value) for w in layer.weights], "want": layer(real(query), real(value), **kw), "after": [np.asarray(w.value) for w in layer.weights]})

    attention(K.MultiHeadAttention(2, 3), q, v, {}, [2, 3])
    attention(K.MultiHeadAttention(2, 3, output_shape=7, use_bias=False), q, v, {"outputDim": 7, "useBias": False}, [2, 3])
    attention(K.MultiHeadAttention(3, 2), q, q, {"causal": True}, [3, 2], use_causal_mask=True)
    attention(K.MultiHeadAttention(2, 3), q, v, {}, [2, 3], attention_mask=np.concatenate([np.ones((2, 4, 1), bool), rng.uniform(size=(2, 4, 4)) < 0.5], -1))
    write("layers", cases)


def optimizers():
    O = keras.optimizers
    cases = []
    kinds = [
        ("SGD", O.SGD, 0.1, {}, {}),
        ("SGD", O.SGD, 0.1, {"momentum": 0.9, "nesterov": True}, {"momentum": 0.9, "nesterov": True}),
        ("SGD", O.SGD, 0.1, {"clipnorm": 0.5}, {"clipnorm": 0.5}),
        ("SGD", O.SGD, 0.1, {"clipvalue": 0.3}, {"clipvalue": 0.3}),
        ("SGD", O.SGD, 0.1, {"global_clipnorm": 0.7}, {"globalClipnorm": 0.7}),
        ("SGD", O.SGD, 0.1, {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3}, {"useEma": True, "emaMomentum": 0.8, "emaOverwriteFrequency": 3}),
        ("Adagrad", O.Adagrad, 0.1, {"initial_accumulator_value": 0.3}, {"initialAccumulatorValue": 0.3}),
        ("Adam", O.Adam, 0.02, {}, {}),
        ("Adam", O.Adam, 0.02, {"amsgrad": True, "beta_1": 0.8, "beta_2": 0.7}, {"amsgrad": True, "beta1": 0.8, "beta2": 0.7}),
        ("Adam", O.Adam, 0.02, {"weight_decay": 0.1}, {"weightDecay": 0.1}),
        ("AdamW", O.AdamW, 0.02, {}, {}),
        ("RMSprop", O.RMSprop, 0.02, {}, {}),
        ("RMSprop", O.RMSprop, 0.02, {"momentum": 0.5, "centered": True, "rho": 0.8}, {"momentum": 0.5, "centered": True, "rho": 0.8}),
        ("Adamax", O.Adamax, 0.02, {}, {}),
        ("Nadam", O.Nadam, 0.02, {}, {}),
        ("Adadelta", O.Adadelta, 0.5, {}, {}),
        ("Ftrl", O.Ftrl, 0.1, {}, {}),
        ("Ftrl", O.Ftrl, 0.1, {"learning_rate_power": -0.4, "l1_regularization_strength": 0.1, "l2_regularization_strength": 0.05, "l2_shrinkage_regularization_strength": 0.02, "beta": 0.1}, {"learningRatePower": -0.4, "l1": 0.1, "l2": 0.05, "l2Shrinkage": 0.02, "beta": 0.1}),
        ("Lion", O.Lion, 0.02, {}, {}),
        ("Lamb", O.Lamb, 0.02, {}, {}),
        ("Lamb", O.Lamb, 0.02, {"weight_decay": 0.05}, {"weightDecay": 0.05}),
    ]
    start = [rng.normal(size=(3, 2)).astype("float32"), rng.normal(size=(4,)).astype("float32")]
    grads = [[rng.normal(size=s.shape).astype("float32") for s in start] for _ in range(5)]
    # Rows: a lookup with ids twice, rows that no step reaches (5) or that come late (4).
    table = rng.normal(size=(6, 3)).astype("float32")
    lookups = [(ids, rng.normal(size=(len(ids), 3)).astype("float32")) for ids in ([0, 2, 2], [1, 0, 3, 0], [2, 1], [4, 4, 0])]
    rows = []
    for name, cls, lr, theirs, ours in kinds:
        optimizer = cls(learning_rate=lr, **theirs)
        variables = [keras.Variable(s, dtype=FLOAT) for s in start]
        optimizer.build(variables)
        steps = []
        for g in grads:
            optimizer.apply([tf.constant(real(part)) for part in g], variables)
            steps.append([np.asarray(v.value) for v in variables])
        cases.append({"optimizer": name, "learningRate": lr, "options": ours, "start": start, "grads": grads, "want": steps})
        optimizer = cls(learning_rate=lr, **theirs)
        variable = keras.Variable(table, dtype=FLOAT)
        optimizer.build([variable])
        steps = []
        for ids, scale in lookups:
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.gather(variable.value, ids) * real(scale))
            grad = tape.gradient(loss, variable.value)
            assert isinstance(grad, tf.IndexedSlices)
            # Keras squares and scales the rows of an id apart where they come twice: it is given their sums.
            unique, place = tf.unique(grad.indices)
            total = tf.math.unsorted_segment_sum(grad.values, place, tf.size(unique))
            optimizer.apply([tf.IndexedSlices(total, unique, grad.dense_shape)], [variable])
            steps.append(np.asarray(variable.value))
        rows.append({"optimizer": name, "learningRate": lr, "options": ours, "table": table, "ids": [ids for ids, _ in lookups], "scales": [scale for _, scale in lookups], "want": steps})
    write("optimizers", cases)
    write("row-gradients", rows)


def schedules():
    S = keras.optimizers.schedules
    kinds = [
        ("ExponentialDecay", S.ExponentialDecay(0.1, 4, 0.5), {"initialLearningRate": 0.1, "decaySteps": 4, "decayRate": 0.5}),
        ("ExponentialDecay", S.ExponentialDecay(0.1, 4, 0.5, staircase=True), {"initialLearningRate": 0.1, "decaySteps": 4, "decayRate": 0.5, "staircase": True}),
        ("InverseTimeDecay", S.InverseTimeDecay(0.1, 4, 0.5), {"initialLearningRate": 0.1, "decaySteps": 4, "decayRate": 0.5}),
        ("PiecewiseConstantDecay", S.PiecewiseConstantDecay([3, 9], [1.0, 0.5, 0.1]), {"boundaries": [3, 9], "values": [1.0, 0.5, 0.1]}),
        ("PolynomialDecay", S.PolynomialDecay(0.1, 10, 0.01, 2.0), {"initialLearningRate": 0.1, "decaySteps": 10, "endLearningRate": 0.01, "power": 2}),
        ("PolynomialDecay", S.PolynomialDecay(0.1, 5, 0.01, 1.0, cycle=True), {"initialLearningRate": 0.1, "decaySteps": 5, "endLearningRate": 0.01, "cycle": True}),
        ("CosineDecay", S.CosineDecay(0.1, 10, alpha=0.1), {"initialLearningRate": 0.1, "decaySteps": 10, "alpha": 0.1}),
        ("CosineDecay", S.CosineDecay(0.0, 10, warmup_target=0.2, warmup_steps=4), {"initialLearningRate": 0.0, "decaySteps": 10, "warmupTarget": 0.2, "warmupSteps": 4}),
        ("CosineDecayRestarts", S.CosineDecayRestarts(0.1, 4), {"initialLearningRate": 0.1, "firstDecaySteps": 4}),
        ("CosineDecayRestarts", S.CosineDecayRestarts(0.1, 4, t_mul=1.0, m_mul=0.5, alpha=0.1), {"initialLearningRate": 0.1, "firstDecaySteps": 4, "tMul": 1, "mMul": 0.5, "alpha": 0.1}),
    ]
    # A restart falls exactly on steps 4, 8, 12 and 28: there f32 logarithms may fall on either side, so those are left out.
    steps = [0, 1, 2, 3, 5, 7, 9, 10, 11, 14, 19]
    write("schedules", [{"schedule": n, "options": o, "steps": steps, "want": [float(np.asarray(s(i))) for i in steps]} for n, s, o in kinds])


def initializers():
    I = keras.initializers
    shapes = [(300, 400), (3, 3, 60, 90), (50000,)]
    kinds = [
        ("GlorotUniform", I.GlorotUniform, {}, {}),
        ("GlorotNormal", I.GlorotNormal, {}, {}),
        ("HeUniform", I.HeUniform, {}, {}),
        ("HeNormal", I.HeNormal, {}, {}),
        ("LecunUniform", I.LecunUniform, {}, {}),
        ("LecunNormal", I.LecunNormal, {}, {}),
        ("GlorotUniform", I.GlorotUniform, {"input_axes": [-1], "output_axes": [0]}, {"inputAxes": [-1], "outputAxes": [0]}),
        ("RandomNormal", I.RandomNormal, {"mean": 1, "stddev": 0.3}, {"mean": 1, "stddev": 0.3}),
        ("RandomUniform", I.RandomUniform, {"minval": -1, "maxval": 3}, {"minval": -1, "maxval": 3}),
        ("TruncatedNormal", I.TruncatedNormal, {"stddev": 0.5}, {"stddev": 0.5}),
    ]
    for mode, ours in (("fan_in", "fanIn"), ("fan_out", "fanOut"), ("fan_avg", "fanAvg")):
        for distribution, own in (("uniform", "uniform"), ("truncated_normal", "truncatedNormal"), ("untruncated_normal", "untruncatedNormal")):
            kinds.append(("VarianceScaling", I.VarianceScaling, {"scale": 2.5, "mode": mode, "distribution": distribution}, {"scale": 2.5, "mode": ours, "distribution": own}))
    cases = []
    for name, cls, theirs, ours in kinds:
        for shape in shapes:
            values = np.asarray(cls(seed=11, **theirs)(shape)).astype("float64")
            cases.append({"initializer": name, "options": ours, "shape": list(shape), "mean": float(values.mean()), "stddev": float(values.std()), "low": float(values.min()), "high": float(values.max())})
    for window in ("hann", "hamming", "blackman", "nuttall", "flattop", "boxcar", None, [1.0, 2.0, 4.0, 2.0, 1.0, 0.5]):
        for side, scaling, periodic in (("real", "density", False), ("imag", "spectrum", True), ("real", None, True)):
            values = I.STFT(side, window, scaling, periodic)((6, 1, 5))
            cases.append({"initializer": "STFT", "options": {"side": side, "window": window, "scaling": scaling, "periodic": periodic}, "shape": [6, 1, 5], "values": values})
    for gain in (1.0, 2.0):
        cases.append({"initializer": "Identity", "options": {"gain": gain}, "shape": [3, 4], "values": I.Identity(gain)((3, 4))})
    write("initializers", cases)


# A metric of Keras keeps its counts, and a schedule its rate, in f32 whatever else is f64.
for part in (losses, layers, optimizers) if DOUBLE else (losses, metrics, layers, optimizers, schedules, initializers):
    part()
