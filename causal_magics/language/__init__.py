"""Language models: loading, scoring, and access to their heads.

=======================================================  =================================
paper                                                    module
=======================================================  =================================
Salazar et al., ACL 2020 (pseudo-log-likelihood)         masked_lm
Kauf and Ivanova, ACL 2023 (within-word masking)         masked_lm
Vig et al., NeurIPS 2020 (interventions on heads)        changes, interventions
Nanda 2023; Syed, Rager and Conmy 2023 (attribution)     attribution
=======================================================  =================================

A model is found (loading, catalogue), converted (conversion) and asked (causal_lm, masked_lm,
endpoint, table_model), and answers of servers are kept (answer_cache). Texts become tokens
(tokens), a trie (token_trie) and forward passes (packing, packed_forward, padded_forward, naive).
A network is taken apart (anatomy), looked into (tracing) and intervened on (changes,
interventions, attribution).

Not here: generation of text, chat templates, training beyond the small models of `word_model`,
and last-position patching of prompts with unlike numbers of tokens.
"""
