"""Which heads carry bias, what it costs to cut them, and the model without them."""
