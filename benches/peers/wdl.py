"""Wide & Deep on Criteo-shaped rows: a training step in TensorFlow or PyTorch, in rows a second."""

import criteo

if __name__ == "__main__":
    criteo.main("wdl", __doc__)
