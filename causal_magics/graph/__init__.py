"""Causal graphs: the value, its notation, queries, drawing and interchange.

`CausalGraph` (model) is made of elements; its methods are defined in methods and queries. Text is
read by notation and written by notation_format; `interchange` has every other format.

===========================================================  ====================================
paper                                                        module
===========================================================  ====================================
Geiger, Verma & Pearl 1990; Shachter 1998 (separation)       separation
Pearl & Meshkat 1999; Shipley 2000 (implied statements)      independences
Takata 2010; van der Zander et al. 2019 (minimal sets)       separators
Perković et al. 2018; van der Zander et al. 2019             adjustment, amenability
Correa, Tian & Bareinboim 2018 (selection)                   adjustment
Jeong, Tian & Bareinboim 2022 (front door)                   front_door
Tian & Pearl 2002; Huang & Valtorta 2006                     do_calculus
Shpitser & Pearl 2006 (ID)                                   id_algorithm
van der Zander, Textor & Liśkiewicz 2015                     instruments
Chen & Darwiche 2024 (functional nodes)                      functional_elimination
Meek 1995; Dor & Tarsi 1992; Zhang 2008 (classes)            equivalence, skeleton
Verma 1993; Richardson & Spirtes 2002 (projections)          projection, canonical
Fisher 1924; Zhang et al. 2011; Shah & Peters 2020           conditional_tests
Holm 1979 (many tests)                                       independence_tests
Tsamardinos et al. 2006 (SHD); Henckel et al. 2024 (SID)     comparison
Gansner et al. 1993; Barth, Jünger & Mutzel 2002             layout_ranks, layout_order
===========================================================  ====================================

Not here: graphs with cycles, estimates of effects in numbers, identification in classes of graphs
by other means than adjustment, recovery from selection by outside data, and equality constraints of
hidden causes (Verma).
"""
