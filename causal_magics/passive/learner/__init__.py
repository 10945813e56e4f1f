"""Networks that learn from an expert's log, and the policies that come of them."""
