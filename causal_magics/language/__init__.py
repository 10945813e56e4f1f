"""Language models: loading, scoring, and access to their heads."""
