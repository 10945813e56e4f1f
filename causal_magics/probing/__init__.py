"""Asking, probing and tracing a language model against a causal graph.

=======================================================  ======================================
paper                                                    module
=======================================================  ======================================
Kıcıman, Ness, Sharma and Tan 2023 (pairwise)            asking, questions
Jiralerspong et al. 2024 (breadth-first)                 breadth_first
McMilin 2022 (selection and slopes)                      entailment, measuring, slopes, probe
McMilin 2023 (underspecification)                        underspecification
Vig et al., NeurIPS 2020 (mediation)                     mediation, mediation_run
Lampinen et al., NeurIPS 2023 (interventions in text)    text_worlds, text_study, context_study
=======================================================  ======================================

What selection a curve implies (selection_strength) follows from Bayes' rule under assumptions that
each result lists.

Not here: the data of these papers, and triplet or chain-of-thought prompts, which models that only
score cannot answer.
"""
