"""Bounds on counterfactual quantities, and whom to treat."""
