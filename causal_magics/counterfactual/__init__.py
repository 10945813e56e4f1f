"""Bounds on counterfactual quantities, what a graph adds to them, and whom to treat.

===============  =====================================================================
part             what it holds
===============  =====================================================================
`bounding`       from probabilities: closed forms, transport, linear programs, instruments
`frames`         from data frames: counts, consistency, small strata, intervals, learners
`graphs`         queries in general discrete graphs; how a graph narrows bounds
`decisions`      rules, budgets, flips, phase maps
`pictures`       interval forest, phase map and budget as SVG
===============  =====================================================================

`bounding` imports none of the others.

=========================================================  =================================
paper                                                      module
=========================================================  =================================
Tian & Pearl 2000 (PN, PS, PNS)                            bounding.closed_forms
Li & Pearl 2019 (benefit, unit selection)                  bounding.closed_forms, transport
Balke & Pearl 1997 (instruments)                           bounding.instruments
Avis & Fukuda 1992 (vertex enumeration)                    bounding.dual_vertices
Imbens & Manski 2004; Chernozhukov, Lee & Rosen 2013       frames.intervals
Ji, Lei & Spector 2024 (dual bounds by sample splitting)   frames.intervals
Tian & Pearl 2002; Duarte et al. 2023 (general graphs)     graphs.discrete_graphs
Li & Pearl 2022 (covariates), mediators                    graphs.narrowing, mediators
Chen & Darwiche 2024 (functional nodes)                    graph.functional_elimination
Manski 2007 (minimax regret)                               decisions.rules
Mueller, Li & Pearl (safe ratio)                           decisions.flips
=========================================================  =================================

Not here: continuous outcomes, sequences of treatments, interference between units, and sampling
error where a graph narrows bounds.
"""
