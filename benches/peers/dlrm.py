"""DLRM on Criteo-shaped rows: a training step in TensorFlow or PyTorch, in rows a second."""

import criteo

if __name__ == "__main__":
    criteo.main("dlrm", __doc__)
