"""Whom to treat: rules, budgets, and the weights at which decisions flip."""
