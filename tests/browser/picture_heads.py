"""Cells for the pictures of head maps: what heads of SmolLM2 write, and those that carry bias."""

MEASURE = """import numpy as np
import torch
from causal_magics.language.head_panels import HeadPanel
from causal_magics.language.loading import load_model
from causal_magics.widgets.head_map import HeadMap
model = load_model("smollm2")
network, tokenizer = model.network, model.tokenizer
she, he = (tokenizer.encode(word, add_special_tokens=False)[0] for word in (" she", " he"))
towards = (network.lm_head.weight[she] - network.lm_head.weight[he]) * network.model.norm.weight

def written(prompt):
    # What each head writes at the last token towards she rather than he.
    found, hooks, scale = [], [], []
    for layer in network.model.layers:
        def note(module, inputs):
            z = inputs[0][0, -1].view(9, 64)
            found.append((z * (towards @ module.weight).view(9, 64)).sum(-1))
        hooks.append(layer.self_attn.o_proj.register_forward_pre_hook(note))
    hooks.append(network.model.norm.register_forward_pre_hook(
        lambda _, inputs: scale.append(inputs[0][0, -1].pow(2).mean().sqrt())))
    with torch.no_grad():
        network(**tokenizer(prompt, return_tensors="pt"))
    for hook in hooks:
        hook.remove()
    return (torch.stack(found) / scale[0]).numpy()

def panel(name, role):
    verbs = "said", "thought", "knew", "hoped", "wrote", "replied", "felt", "believed"
    effects = np.stack([written(f"The {role} {verb} that") for verb in verbs])
    mean, error = effects.mean(0), effects.std(0, ddof=1) / len(verbs) ** .5
    return HeadPanel(name, mean, mean - 1.96 * error, mean + 1.96 * error, "logits")

panels = [panel("nurse", "nurse"), panel("doctor", "doctor")]"""

SHOW = (
    """HeadMap(panels, title="Written towards she rather than he", selected=[(25, 2), (26, 2)])"""
)

PRUNE = """from causal_magics import head_map, prune
pruned = prune("smollm2", also="age", strategy="one-shot", ratio=0.02, keep=0.3)"""

SHOW_PRUNED = "m = head_map(pruned, title='Heads of SmolLM2 that carry bias'); m"
