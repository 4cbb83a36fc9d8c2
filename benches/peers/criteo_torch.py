"""Wide & Deep and DLRM in PyTorch: sparse gradients, Adagrad on the tables, fused Adam on the dense parameters."""

import numpy as np
import torch
from torch import nn

from recipe import CARDINALITIES, DENSE, FIELDS

DIM = 16


def _tower(sizes, norm=False, last_linear=True):
    """Dense layers with relu between; `norm` puts batch normalisation behind each relu."""
    layers = []
    for i, (rows, columns) in enumerate(zip(sizes, sizes[1:])):
        layers.append(nn.Linear(rows, columns))
        if i < len(sizes) - 2 or not last_linear:
            layers.append(nn.ReLU())
            if norm:
                layers.append(nn.BatchNorm1d(columns, eps=1e-3, momentum=0.01))
    return nn.Sequential(*layers)


class WideDeep(nn.Module):
    """Logits from the looked-up vectors [batch, 26, 16], the wide sum [batch, 1] and the dense inputs."""

    wide = True

    def __init__(self):
        super().__init__()
        self.deep = _tower([FIELDS * DIM + DENSE, 1024, 512, 256, 1])

    def forward(self, vectors, wide, dense):
        return self.deep(torch.cat([vectors.flatten(1), dense], 1)) + wide


class Dlrm(nn.Module):
    """Logits from dot products between 26 vectors and the bottom tower's output."""

    wide = False

    def __init__(self):
        super().__init__()
        self.bottom = _tower([DENSE, 512, 256, 64, DIM], norm=True, last_linear=False)
        self.top = _tower([(FIELDS + 1) * FIELDS // 2 + DIM, 512, 256, 1])
        self.register_buffer("below", torch.from_numpy(np.ravel_multi_index(np.tril_indices(FIELDS + 1, -1), (FIELDS + 1,) * 2)))

    def forward(self, vectors, wide, dense):
        bottom = self.bottom(dense)
        all_vectors = torch.cat([vectors, bottom.unsqueeze(1)], 1)
        dots = torch.bmm(all_vectors, all_vectors.transpose(1, 2)).flatten(1).index_select(1, self.below)
        return self.top(torch.cat([dots, bottom], 1))


class Trainer:
    """One model with its tables and optimizers. `step` trains on one batch made by `feed`."""

    def __init__(self, model, fused, compiled, threads):
        torch.set_num_threads(threads)
        torch.manual_seed(1)
        self.model = {"wdl": WideDeep, "dlrm": Dlrm}[model]()
        self.fused = fused
        sizes = [sum(CARDINALITIES)] if fused else list(CARDINALITIES)
        self.offsets = torch.from_numpy(np.concatenate([[0], np.cumsum(CARDINALITIES)[:-1]]))
        self.tables = nn.ModuleList(self._table(size, DIM) for size in sizes)
        self.wide = nn.ModuleList(self._table(size, 1) for size in sizes) if self.model.wide else nn.ModuleList()
        rows = [p for group in (self.tables, self.wide) for p in group.parameters()]
        self.optimizers = [
            torch.optim.Adagrad(rows, lr=0.01, initial_accumulator_value=0.1),
            torch.optim.Adam(self.model.parameters(), lr=1e-3, fused=True),
        ]

        def loss(vectors, wide, dense, label):
            return nn.functional.binary_cross_entropy_with_logits(self.model(vectors, wide, dense)[:, 0], label)

        self.loss = torch.compile(loss) if compiled else loss

    @staticmethod
    def _table(size, width):
        table = nn.Embedding(size, width, sparse=True)
        nn.init.uniform_(table.weight, -0.05, 0.05)
        return table

    def feed(self, dense, ids, label):
        ids = torch.from_numpy(ids)
        ids = ids + self.offsets if self.fused else list(ids.t().contiguous())
        return torch.from_numpy(dense), ids, torch.from_numpy(label)

    def step(self, dense, ids, label):
        if self.fused:
            vectors = self.tables[0](ids)
            wide = self.wide[0](ids).sum(1) if self.model.wide else None
        else:
            vectors = torch.stack([table(column) for table, column in zip(self.tables, ids)], 1)
            wide = torch.stack([table(column) for table, column in zip(self.wide, ids)]).sum(0) if self.model.wide else None
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss = self.loss(vectors, wide, dense, label)
        loss.backward()
        for optimizer in self.optimizers:
            optimizer.step()
        return loss.item()
