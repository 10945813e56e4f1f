"""The magics: cell grammar, verbs, name binding, completion, display."""
