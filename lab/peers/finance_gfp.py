"""snapML's Graph Feature Preprocessor on the transfers of the finance benchmark, in batches, with one thread.

finance_gfp.py TRANSFERS    a CSV of payer, payee and second
"""

import sys
from importlib.metadata import version

import numpy as np
from snapml import GraphFeaturePreprocessor

from report import report

BATCH = 1024
DAY = 86400

rows = np.loadtxt(sys.argv[1], delimiter=",")
transfers = np.column_stack([np.arange(len(rows)), rows, np.ones(len(rows))])
parameters = {"num_threads": 1, "time_window": DAY, "vertex_stats": False, "lc-cycle_len": 10}
for pattern in ("fan", "degree", "scatter-gather", "temp-cycle", "lc-cycle"):
    parameters[pattern] = True
    parameters[pattern + "_tw"] = DAY // 4 if pattern == "scatter-gather" else DAY
    parameters[pattern + "_bins"] = list(range(2, 31))
preprocessor = GraphFeaturePreprocessor()
preprocessor.set_params(parameters)
done = 0
for first in range(0, len(transfers), BATCH):
    done += len(preprocessor.transform(np.ascontiguousarray(transfers[first : first + BATCH])))
report("snapml " + version("snapml") + " GFP", {"transfers": done})
