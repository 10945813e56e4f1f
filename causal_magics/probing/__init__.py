"""Asking, probing and tracing a language model against a causal graph."""
