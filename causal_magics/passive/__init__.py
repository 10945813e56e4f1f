"""What a passive learner can know of causes: experiments learned from somebody else's.

==================  ==================================================================
part                what it holds
==================  ==================================================================
`worlds`            batches of structural causal models, tasks in them, episodes
`learner`           networks that imitate an expert, their training, the policy
`evaluation`        held-out tasks, baselines, the 2 × 2, what can be known at most
`acting`            a policy that experiments on the user's own graph
`language_learner`  the same episodes as text, for language models
==================  ==================================================================

=========================================================  ==================================
paper                                                      module
=========================================================  ==================================
Lampinen et al., NeurIPS 2023 (arXiv 2305.16183)           worlds, experts, learner, evaluation
Ross, Gordon & Bagnell, AISTATS 2011 (relabelled logs)     intervention_log
Ortega et al. 2021 (who knows should not act in a log)     learner.train, log_contents
Weisfeiler & Leman 1968 (classes of graphs)                worlds.graph_prior
Koivisto & Sood 2004 (exact posteriors of graphs)          evaluation.graph_posterior
Zhao et al. 2021 (calibrated answers)                      language_learner
=========================================================  ==================================

Not here: hidden common causes, actions that set several variables, learners that choose their own
training data.
"""
