"""A policy that experiments on a graph of the user."""
