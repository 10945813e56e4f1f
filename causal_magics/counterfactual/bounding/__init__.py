"""Bounds from probabilities: closed forms, transport, linear programs, instruments."""
