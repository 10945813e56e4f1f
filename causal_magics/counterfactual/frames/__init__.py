"""Bounds out of data frames: counts, consistency, intervals, learners."""
