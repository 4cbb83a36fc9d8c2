"""Row 0 and the counts that the recipe must give. Run: python -m unittest test_recipe (in this folder)."""

import unittest

import numpy as np

import recipe

ROW_0 = [708, 128, 435761, 13938, 228, 19, 1724, 268, 2, 59599, 163, 918097, 172,
         0, 12517, 626315, 5, 1011, 1147, 0, 485763, 16, 1, 173885, 7, 129813]


class Recipe(unittest.TestCase):
    def test_row_0(self):
        dense, ids, _ = recipe.criteo(0, 1)
        self.assertEqual(ids[0].tolist(), ROW_0)
        np.testing.assert_allclose(dense[0, :3], [0.6213095, 0.1064478, 0.6948327], atol=5e-8)

    def test_rows_do_not_depend_on_where_the_batch_starts(self):
        np.testing.assert_array_equal(recipe.criteo(0, 8)[1][5:], recipe.criteo(5, 3)[1])

    def test_distinct_pairs(self):
        ids = recipe.criteo(0, 2048)[1]
        self.assertEqual(sum(len(np.unique(ids[:, f])) for f in range(recipe.FIELDS)), 14786)
        self.assertEqual(sum(recipe.CARDINALITIES), 5569296)


if __name__ == "__main__":
    unittest.main()
