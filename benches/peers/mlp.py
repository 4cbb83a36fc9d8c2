"""The network 10 -> 128 -> 128 -> 5 with tanh, batch 1: microseconds a call.

onnxruntime runs the file that it writes to `--model` first, so that onnxruntime-node can run the same; PyTorch runs the traced
and frozen module under `inference_mode`.
"""

import os

import protocol

SIZES = [10, 128, 128, 5]


def weights():
    """(w, b) of each layer: f32, from a fixed seed."""
    import numpy as np

    random = np.random.default_rng(7)
    return [((random.random((r, c)) - 0.5).astype(np.float32) * np.float32(2 / np.sqrt(r)), np.zeros(c, np.float32))
            for r, c in zip(SIZES, SIZES[1:])]


def write_model(path):
    """The network as ONNX (Gemm and Tanh)."""
    from onnx import TensorProto, helper, numpy_helper, save

    nodes, initializers, value = [], [], "x"
    for i, (w, b) in enumerate(weights()):
        initializers += [numpy_helper.from_array(w, f"w{i}"), numpy_helper.from_array(b, f"b{i}")]
        last = i == len(SIZES) - 2
        nodes.append(helper.make_node("Gemm", [value, f"w{i}", f"b{i}"], ["y" if last else f"g{i}"]))
        value = f"h{i}"
        if not last:
            nodes.append(helper.make_node("Tanh", [f"g{i}"], [value]))
    info = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, s]) for n, s in (("x", SIZES[0]), ("y", SIZES[-1]))]
    graph = helper.make_graph(nodes, "mlp", info[:1], info[1:], initializers)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), path)


def with_numpy(x):
    import numpy as np

    (w1, b1), (w2, b2), (w3, b3) = weights()
    return lambda: np.tanh(np.tanh(x @ w1 + b1) @ w2 + b2) @ w3 + b3


def with_torch(x):
    import torch

    torch.set_num_threads(1)
    layers = []
    for w, b in weights():
        layer = torch.nn.Linear(*w.shape)
        layer.weight.data, layer.bias.data = torch.from_numpy(w.T.copy()), torch.from_numpy(b)
        layers += [layer, torch.nn.Tanh()]
    model = torch.nn.Sequential(*layers[:-1]).eval()
    x = torch.from_numpy(x)
    with torch.inference_mode():
        model = torch.jit.freeze(torch.jit.trace(model, x))

    def step():
        with torch.inference_mode():
            return model(x).numpy()

    return step


def with_onnxruntime(x, path):
    import onnxruntime as ort

    if not os.path.exists(path):
        write_model(path)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"x": x})[0]


def main():
    flags = protocol.parser(__doc__, ["numpy", "torch", "onnxruntime"], ["plain"])
    flags.add_argument("--model", default=os.path.join(os.path.dirname(__file__), "mlp.onnx"), help="where the ONNX file is, or goes")
    args = flags.parse_args()
    protocol.limit_threads(args.threads)

    def case(params):
        import numpy as np

        x = np.linspace(-1, 1, SIZES[0], dtype=np.float32).reshape(1, -1)
        step = {"numpy": with_numpy, "torch": with_torch, "onnxruntime": lambda x: with_onnxruntime(x, args.model)}[args.framework](x)
        np.testing.assert_allclose(step(), with_numpy(x)(), rtol=1e-4, atol=1e-5)
        return step, lambda seconds: seconds * 1e6, "us"

    protocol.main(args, {}, case)


if __name__ == "__main__":
    main()
