"""The magics: cell grammar, verbs, name binding, completion, display.

===========================================================  ====================================
part                                                         module
===========================================================  ====================================
what is put into a shell, and the magic itself               extension, magic
from the text of a cell to words and a header                grammar, settings
the verbs, one public function each                          verb, verbs, parameters
from words to values and to a call                           arguments, calls
what a cell shows, and how an error looks                    display, failures
help, from signatures and docstrings                         help, documentation
the Python behind each name                                  history, code
while a cell is written: completion and mistakes             completion, candidates, diagnostics
the wire to the front end's side of cells                    channel
===========================================================  ====================================

Not here: what a verb computes, which is a function of the package that Python calls alike, and
options of any verb, which are the parameters of that function.
"""
