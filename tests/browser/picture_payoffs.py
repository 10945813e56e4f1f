"""Cells for the pictures of the payoff explorer: an experiment, and one beside observations."""

LEARNED = """import numpy as np
from causal_magics import sample
from causal_magics.counterfactual.frames.bounds_of_frame import bounds
from causal_magics.widgets.payoff_explorer import explore
hiv = sample("thornton_hiv").frame.dropna(subset=["age"])
age = np.array(["under 25", "25 to 34", "35 to 44", "45 and older"])
distance = np.array(["1 km", "2 km", "3 km", "4 km", "5 km"])
hiv = hiv.assign(
    age=age[np.digitize(hiv.age, [25, 35, 45])],
    distance=distance[np.digitize(hiv.distvct, [1, 2, 3, 4])],
    learned=np.where(hiv.got == 1, "yes", "no"), incentive=np.where(hiv["any"] == 1, "yes", "no"))
b = bounds(hiv, "incentive", "learned", by=["age", "distance"], payoff=(1, -0.6, 0, -2))"""
SHOW_LEARNED = (
    """e = explore(b, budget=1500, title="Whom to pay for learning the result of a test"); e"""
)

BOUGHT = """from causal_magics import sample
from causal_magics.counterfactual.frames.bounds_of_frame import bounds
from causal_magics.widgets.payoff_explorer import explore
cars = sample("electric_vehicles").frame.replace({"use": {0: "none", 1: "low", 2: "high"}})
payoff = [[0, -1, 2], [0, 0, 1], [-10, -2, 0]]
b = bounds(cars, "incentive", "use", by=["region", "income", "parking"], payoff=payoff,
           source="source", levels=["none", "low", "high"])"""
SHOW_BOUGHT = """e = explore(b, title="Whom to offer an incentive for an electric vehicle")
e.selected = 0
e"""
