"""A chain of 1,000 adds of ten f32 elements, leaves made anew and the result read each time: microseconds an op."""

import protocol

LENGTH = 1000


def with_numpy():
    import numpy as np

    def step():
        total, one = np.zeros(10, np.float32), np.ones(10, np.float32)
        for _ in range(LENGTH):
            total = total + one
        return total[0].item()

    return step


def with_torch():
    import torch

    torch.set_num_threads(1)

    def step():
        total, one = torch.zeros(10), torch.ones(10)
        for _ in range(LENGTH):
            total = total + one
        return total.numpy()[0].item()

    return step


def main():
    args = protocol.parser(__doc__, ["numpy", "torch"], ["plain"]).parse_args()
    protocol.limit_threads(args.threads)

    def case(params):
        step = with_numpy() if args.framework == "numpy" else with_torch()
        assert step() == LENGTH
        return step, lambda seconds: seconds * 1e6 / LENGTH, "us"

    protocol.main(args, {}, case)


if __name__ == "__main__":
    main()
