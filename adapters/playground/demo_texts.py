"""The words of the demo union: its calls, its contest and the entries. Data only."""

from __future__ import annotations

NAME = "Riverside Tenants Union"
PURPOSE = "Fair rents and warm homes along the river"

# (days of the rule, title, what is to be done, why)
CALLS = (
    (
        "every mon",
        "Feel every radiator",
        "Write down which radiators at home stay cold.",
        "Cold homes are our first demand.",
    ),
    (
        "every tue",
        "Greet a new neighbour",
        "Say hello to one person in your house you do not know yet.",
        "Nobody joins strangers.",
    ),
    (
        "every wed",
        "Read your rent bill",
        "Check the heating line of your last bill.",
        "Half of them were wrong last year.",
    ),
    (
        "every thu",
        "Bring one person along",
        "Ask somebody to come to the courtyard on Friday.",
        "We are more than we think.",
    ),
    (
        "every fri",
        "Courtyard at six",
        "Come down for ten minutes, or send somebody.",
        "Seeing each other is half of it.",
    ),
    (
        "every sat",
        "Fix one small thing",
        "A lamp, a lock, a leaking tap: yours or a neighbour’s.",
        "A house that works is ours.",
    ),
    (
        "every sun",
        "Write one sentence",
        "What would make your week at home better?",
        "The list goes to the owners on Monday.",
    ),
)

CONTEST = (
    "A name for our banner",
    "Send in what our banner should say.",
    "It hangs from the bridge all summer.",
)

# (key of the person, entry)
ENTRIES = (
    ("mei", "Warm homes. Fair rents. Our river."),
    ("bo", "The river stays, and so do we"),
    ("grace", "We live here"),
    ("oleksandr", "Дім – це право"),
    ("eleni", "Nobody moves out alone"),
    ("priya", "Heat is not a luxury"),
    ("zoe", "Riverside is not for sale"),
    ("samir", "One house, one voice"),
    ("liv", "Turn the heating on"),
    ("hanh", "Neighbours first"),
)
