"""Figures of Muster's speed: `python -m tests.bench [NAME]`, also `make bench ONLY=NAME`."""
