"""How well policies, experts and language models act, and what they had to know for it.

===================  ===========================================================================
part                 what it holds
===================  ===========================================================================
`scores`             normalised rewards with intervals over tasks and training seeds
`conduct`            what one actor does on tasks: rewards, what it set, how it stands to the goal
`evaluate_policy`    actors on tasks that are the same for all, beside experts and simple rules
`two_by_two`         what was learned from × what may be done, with its controls
===================  ===========================================================================
"""
