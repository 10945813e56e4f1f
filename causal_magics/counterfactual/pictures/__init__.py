"""Pictures of bounds and decisions as SVG."""
