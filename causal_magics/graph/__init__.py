"""Causal graphs: the value, its notation, queries, drawing and interchange."""
