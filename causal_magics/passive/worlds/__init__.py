"""Batches of structural causal models, tasks in them, and the episodes of who acts there."""
