"""The pose service: words, pictures and poses in, SMPL-X poses out."""

import os

__version__ = "0.1.0"

# Before numpy is loaded: its matrices here are so small that a second thread only costs time, and with one thread a
# request gives the same pose in every process, however many of them share the machine.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
