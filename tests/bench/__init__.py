"""Measurements, run by hand: `python -m tests.bench.NAME`. What they found is in docs/benchmarks.md."""
