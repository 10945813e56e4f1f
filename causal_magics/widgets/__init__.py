"""Live widgets: the graph editor, its session with the screen, and the names bound to it.

===========================================================  ====================================
part                                                         module
===========================================================  ====================================
the editor, and how it is opened on a graph                  graph_editor, opening, checked
what screen and kernel keep in step                          document, elements, ids, conversion
every edit: read, checked, put in order, undone              operations, draft, session, undo
messages beside the edits, and those on their way            messages, questions, live_widget,
                                                             arrivals
the name in the notebook, and who hears of changes           binding, observers, live_objects
what answers edits, and when                                 answers, evidence, timing
from the graph alone, and from data                          overlay, verdicts, narrowed_bounds
from language models, and where they disagree with data      opinions, disagreements
from a policy that experiments on the graph                  experimenter, experiments_view
the other widgets                                            episode_timeline, head_map, pruning_map
bounds by sliders                                            payoff_explorer, explorer_document
what a notebook keeps of them without a kernel               kept_graph, explorer_svg
===========================================================  ====================================

Not here: what only the screen knows, such as selection and zoom (`src/editor` and its siblings in
TypeScript), and every algorithm: answers call the rooms below.
"""
