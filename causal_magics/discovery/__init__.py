"""Causal discovery by compression.

============================================================  ===================================
paper                                                         module
============================================================  ===================================
Demmler & Reinsch, Numer. Math. 24, 1975                      basis
Mian, Marx & Vreeken, AAAI 2021 (GLOBE)                       score, search
Andrews et al., NeurIPS 2023 (BOSS)                           order_search
Lam, Andrews & Ramsey, UAI 2022 (GRaSP)                       order_search
Mian, Mameche & Vreeken, KDD 2024 (episodes)                  episodes, plausible
Heckerman, Geiger & Chickering, Mach. Learn. 20, 1995         labels
MacKay, Neural Computation 4, 1992                            logits
Shimizu et al., JMLR 7, 2006 (LiNGAM)                         noise
Immer et al., ICML 2023 (location-scale noise)                noise
Krichevsky & Trofimov, IEEE Trans. Inf. Theory 27, 1981       noise
Huber 1967; Miller & Dunson, JASA 2019                        spread
Rubin, Ann. Statist. 9, 1981 (Bayesian bootstrap)             confidence
Friedman, Goldszmidt & Wyner, UAI 1999                        confidence
============================================================  ===================================

All but noise reads one Gram matrix (statistics), which adds over rows, batches and partitions. Own
additions are products of columns (products), regimes that share mechanisms node by node (worlds,
mechanisms, revision), and directions that bits leave open (alternatives).

Not here: hidden common causes, cycles, rows selected by an effect, causes in earlier rows (time
series), and tests of independence: `causal_magics.graph` has those.
"""
