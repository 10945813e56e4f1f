"""What a passive learner can know of causes: experiments learned from somebody else's.

===============  =====================================================================
part             what it holds
===============  =====================================================================
`worlds`         batches of structural causal models, tasks in them, episodes
`learner`        networks that imitate an expert, their training, the policy
`evaluation`     held-out tasks, baselines, the 2 × 2
`acting`         a policy that experiments on the user's own graph
===============  =====================================================================

=========================================================  ==================================
paper                                                      module
=========================================================  ==================================
Lampinen et al., NeurIPS 2023 (arXiv 2305.16183)           worlds, experts, learner, evaluation
Ross, Gordon & Bagnell, AISTATS 2011 (relabelled logs)     intervention_log
Weisfeiler & Leman 1968 (classes of graphs)                worlds.graph_prior
=========================================================  ==================================

Not here: hidden common causes, actions that set several variables, learners that choose their own
training data.
"""
