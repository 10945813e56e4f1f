"""Cells for the pictures of evidence: Sachs's proteins, and what SmolLM2 says of them."""

LOAD = """%load_ext causal_magics
from causal_magics import sample
sachs = sample("sachs")
proteins = sachs.frame[sachs.conditions == "cd3cd28"]"""

DRAW = """%%causal graph -o g
PKC -> {Raf Mek Jnk P38 PKA}; PKA -> {Raf Mek Erk Akt Jnk P38}
Raf -> Mek -> Erk; Plcg -> {PIP2 PIP3}; PIP3 -> PIP2"""

ATTACH = '%causal attach g --data proteins --model smollm2 --effect "PKA -> Akt"'

ATTACHED = [LOAD, DRAW, ATTACH]
