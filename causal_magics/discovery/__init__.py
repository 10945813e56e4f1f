"""Causal discovery by compression.

=====================================================  ============
paper                                                  module
=====================================================  ============
Demmler and Reinsch, Numer. Math. 24, 1975             basis
Mian, Marx and Vreeken, AAAI 2021 (GLOBE)              score
Andrews et al., NeurIPS 2023 (BOSS)                    order_search
Lam, Andrews and Ramsey, UAI 2022 (GRaSP)              order_search
=====================================================  ============
"""
