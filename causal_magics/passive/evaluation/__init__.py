"""How well policies, experts and language models act, and what they had to know for it."""
