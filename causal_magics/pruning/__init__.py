"""Which heads carry bias, what it costs to cut them, and the model without them.

===========================================================  ====================================
paper                                                        module
===========================================================  ====================================
Zayed et al., AAAI 2024 (FASP): bias between groups          items
Zayed et al., AAAI 2024: the two effects of a head           head_effects, sweep
Zayed et al., AAAI 2024, Algorithm 1: which heads            selection
Zayed et al., AAAI 2024: what it was compared with           baselines
Michel, Levy & Neubig, NeurIPS 2019 (gradients)              baselines
Nangia et al. 2020 (CrowS-Pairs)                             counterfactual_pairs, installed_sets
Nadeem 2021, Zhao 2018, Rudinger 2018, Parrish 2022          installed_sets
Smith et al. 2022 (HolisticBias)                             installed_sets
Dhamala et al. 2021 (BOLD's texts)                           installed_sets, perplexity
Owen 2013 (importance weights of samples)                    sampled_toxicity
Spearman 1910; Brown 1910 (halves)                           reliability
===========================================================  ====================================

`prune` goes by small steps, each verified with all heads so far (search), and judges them by
prompts that chose no head (frontier has the whole curve, transfer other dimensions of bias).

Not here: the published prompts, which are read from an installed package; masks that are learned,
pruning of anything but heads, and training afterwards. Heads are removed by
`causal_magics.language`.
"""
