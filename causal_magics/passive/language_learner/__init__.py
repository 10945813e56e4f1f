"""Language models as learners: episodes as text, the model asked what to set next.

Lampinen et al. (NeurIPS 2023) let language models experiment after examples with explanations;
that explanations stand behind the answers is from Lampinen et al. (Findings of EMNLP 2022), and
that what an answer is worth without evidence is subtracted from Zhao et al. (ICML 2021). Models are
scored, not made to write: whatever has `causal_magics.language.protocol.LanguageModel` can learn.
"""
