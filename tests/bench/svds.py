"""SciPy's svds on one thread, for svd.ts: one request a line on standard input, one answer a line, both JSON."""

import json
import sys
import time

import numpy as np
import scipy
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import svds

print(json.dumps({"scipy": scipy.__version__, "numpy": np.__version__}), flush=True)
matrix = None
for line in sys.stdin:
    request = json.loads(line)
    if "folder" in request:
        read = lambda name, kind: np.fromfile(f"{request['folder']}/{name}", kind)
        matrix = csr_matrix((read("values", "<f8"), read("indices", "<u4").astype(np.int32), read("offsets", "<u4").astype(np.int64)), shape=request["shape"])
        print(json.dumps({"entries": int(matrix.nnz)}), flush=True)
        continue
    begun = time.perf_counter()
    cpu = time.process_time()
    _, s, vt = svds(matrix, k=request["rank"], tol=request["tolerance"], random_state=np.random.RandomState(1))
    answer = {"seconds": time.perf_counter() - begun, "cpuSeconds": time.process_time() - cpu}
    residual = np.linalg.norm(matrix.T @ (matrix @ vt.T) - vt.T * s**2, axis=0) / s**2
    print(json.dumps({**answer, "singularValues": sorted(s.tolist(), reverse=True), "residual": float(residual.max())}), flush=True)
