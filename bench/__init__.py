"""Benchmarks: ratios against a named peer in the same run. `make bench [PART=name]` writes bench/RESULTS.md."""
