"""What a causal graph says of counterfactuals: queries in any graph, and how it narrows bounds."""
