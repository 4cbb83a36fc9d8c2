"""What the recommenders on Criteo-shaped rows share: flags, batches in memory, and the choice of the framework.

Modes: `plain`; `xla` (TensorFlow) and `compile` (PyTorch) compile all between the lookups and the sparse updates; `fused`
keeps the 26 tables in one with offsets; `fused-xla` and `fused-compile` do both.
"""

import itertools

import protocol

MODES = ["plain", "xla", "compile", "fused", "fused-xla", "fused-compile"]


def main(model, description):
    """Runs the peer of `model` ('wdl' or 'dlrm')."""
    flags = protocol.parser(description, ["tf", "torch"], MODES)
    flags.add_argument("--batch", type=int, default=512)
    args = flags.parse_args()
    if ("xla" in args.mode and args.framework != "tf") or ("compile" in args.mode and args.framework != "torch"):
        flags.error(f"--mode {args.mode} is not a mode of {args.framework}")
    protocol.limit_threads(args.threads)
    if args.framework == "tf":
        import criteo_tf as framework
    else:
        import criteo_torch as framework
    import recipe

    trainer = framework.Trainer(model, fused="fused" in args.mode, compiled="xla" in args.mode or "compile" in args.mode,
                                threads=args.threads)

    def case(params):
        batch = params["batch"]
        fed = itertools.cycle([trainer.feed(*rows) for rows in recipe.batches(recipe.criteo, batch)])
        return lambda: trainer.step(*next(fed)), lambda seconds: batch / seconds, "rows/s"

    protocol.main(args, {"batch": args.batch}, case)
