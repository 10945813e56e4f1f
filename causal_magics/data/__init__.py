"""Data: tables in, sample data with a published truth, simulators with a known one.

===========================================================  ====================================
part                                                         module
===========================================================  ====================================
tables in, as numbers with labels coded and gaps as NaN      table, columns, categories, checks
rows that never have to be held at once                      rows, dask_rows, extent, kinds
frames, HTML and figures out                                 frames, html_table, new_axes
results and parts of long computations in files              saved_arrays, checkpoint
===========================================================  ====================================

===========================================================  ====================================
paper                                                        module
===========================================================  ====================================
Sachs et al. 2005 (proteins)                                 sample_sachs
Brownstone & Train 1999; McFadden & Train 2000 (cars)        sample_cars
Pearl 2009, chapter 7 (structural causal models)             structural_model
Golub, Heath & Wahba 1979 (generalized cross-validation)     structural_fit
===========================================================  ====================================

Not here: the sample data themselves, which are read from installed packages (samples) or simulated
(simulation, sample_incentive); time series, imputation, and any reader of files that the frame
libraries have.
"""
