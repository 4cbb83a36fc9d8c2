"""Square f32 matrix products in NumPy, PyTorch and onnxruntime: GFLOP/s.

`--isa avx2` holds a library to AVX2 where it has a switch for that (NumPy's OpenBLAS, PyTorch's MKL and oneDNN; onnxruntime has
none). `--isa avx512` makes OpenBLAS take its AVX-512 kernels on processors that it does not know and would run as Haswell.
"""

import os

import protocol


def hold_to_avx2():
    """Environment switches of the three libraries' kernels; before any import."""
    os.environ.update(OPENBLAS_CORETYPE="Haswell", MKL_ENABLE_INSTRUCTIONS="AVX2", ONEDNN_MAX_CPU_ISA="AVX2", ATEN_CPU_CAPABILITY="avx2")


def ask_for_avx512():
    """The one library that has to be told."""
    os.environ.update(OPENBLAS_CORETYPE="SkylakeX")


def with_numpy(a, b, threads):
    import numpy as np

    out = np.empty_like(a)
    return lambda: np.matmul(a, b, out=out)


def with_torch(a, b, threads):
    import torch

    torch.set_num_threads(threads)
    a, b = torch.from_numpy(a), torch.from_numpy(b)
    out = torch.empty_like(a)
    return lambda: torch.mm(a, b, out=out)


def with_onnxruntime(a, b, threads):
    import numpy as np
    import onnxruntime as ort
    from onnx import TensorProto, helper

    size = a.shape[0]
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [size, size]) for name in "abc"]
    graph = helper.make_graph([helper.make_node("MatMul", ["a", "b"], ["c"])], "matmul", values[:2], values[2:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    # A pool that spins would take the core from the next program of the turn.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    out = np.empty_like(a)
    binding = session.io_binding()
    binding.bind_cpu_input("a", a)
    binding.bind_cpu_input("b", b)
    binding.bind_output("c", "cpu", 0, np.float32, out.shape, out.ctypes.data)

    def step(kept=(a, b, out)):  # the binding holds bare addresses
        session.run_with_iobinding(binding)

    return step


def main():
    flags = protocol.parser(__doc__, ["numpy", "torch", "onnxruntime"], ["plain"])
    flags.add_argument("--size", type=int, default=512)
    flags.add_argument("--isa", choices=["best", "avx2", "avx512"], default="best")
    args = flags.parse_args()
    protocol.limit_threads(args.threads)
    if args.isa == "avx2":
        hold_to_avx2()
    elif args.isa == "avx512":
        ask_for_avx512()
    import numpy as np

    def case(params):
        size = params["size"]
        random = np.random.default_rng(1)
        a, b = (random.random((size, size), dtype=np.float32) - 0.5 for _ in range(2))
        step = {"numpy": with_numpy, "torch": with_torch, "onnxruntime": with_onnxruntime}[args.framework](a, b, args.threads)
        return step, lambda seconds: 2 * size**3 / seconds / 1e9, "GFLOP/s"

    protocol.main(args, {"size": args.size}, case)


if __name__ == "__main__":
    main()
