"""Live widgets: the graph editor, its session with the screen, and the names bound to it."""
