"""Writes the constructors of Keras's layers, losses, metrics, optimizers, schedules, initializers, regularizers,
constraints and callbacks as Keras declares them: signatures.json, {kind: {class: {argument: default}}}.

Run in an environment with keras 3.15 (any backend). An argument without a default is {"required": true}.
"""
import inspect
import json
import os

import keras

SKIPPED = {"self", "kwargs", "args"}
KINDS = {
    "layers": keras.layers,
    "losses": keras.losses,
    "metrics": keras.metrics,
    "optimizers": keras.optimizers,
    "schedules": keras.optimizers.schedules,
    "initializers": keras.initializers,
    "regularizers": keras.regularizers,
    "constraints": keras.constraints,
    "callbacks": keras.callbacks,
}
# The layers, of which Keras has hundreds, that the engine's issue names; of the other kinds all are listed.
LAYERS = """Dense Embedding Activation Dropout BatchNormalization LayerNormalization Flatten Reshape Concatenate Add Multiply
Conv1D Conv2D MaxPooling2D AveragePooling2D GlobalAveragePooling1D GlobalAveragePooling2D LSTM GRU Bidirectional
MultiHeadAttention""".split()


def default(parameter):
    if parameter.default is inspect.Parameter.empty:
        return {"required": True}
    value = parameter.default
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def arguments(cls):
    found = {}
    for name, parameter in inspect.signature(cls.__init__).parameters.items():
        if name not in SKIPPED and parameter.kind is not inspect.Parameter.VAR_KEYWORD:
            found[name] = default(parameter)
    return found


def classes(kind, module):
    for name in sorted(LAYERS if kind == "layers" else dir(module)):
        cls = getattr(module, name)
        # An alias (Identity and IdentityInitializer) is one class under the shorter name; lower-case ones are strings' names.
        if inspect.isclass(cls) and name[0].isupper() and not (name != cls.__name__ and hasattr(module, cls.__name__) and name.endswith("Initializer")):
            yield name, arguments(cls)


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "signatures.json"), "w") as f:
    rows = [f'"{kind}": {{\n' + ",\n".join(f"{json.dumps(name)}: {json.dumps(found)}" for name, found in classes(kind, module)) + "\n}" for kind, module in KINDS.items()]
    f.write(f'{{\n"keras": "{keras.__version__}",\n' + ",\n".join(rows) + "\n}\n")
