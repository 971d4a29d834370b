"""The people of the demo union who have no seat in the playground: data only.

Nobody acts as them. They live in one of the two rooms, join on their day, endorse somebody who is there already, and
answer the calls as reliably as `keeps` says.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A person of the demo union. `follows` is the key of the person whom they endorse; "": they found the union.

    `day` is the day of the demo on which they join, `keeps` the share of the calls that they answer, `linked` whether
    they link a wallet.
    """

    key: str
    name: str
    manner: str
    follows: str
    day: int
    keeps: float
    linked: bool = False


NEIGHBOURS = (
    Neighbour("mei", "Mei Chen", "discord", "bo", 1, 1.0, True),
    Neighbour("oleksandr", "Олександр Шевченко", "telegram", "chidi", 1, 0.95, True),
    Neighbour("zoe", "Zoë Brandt", "discord", "ada", 2, 0.9, True),
    Neighbour("hanh", "Nguyễn Thị Hạnh", "telegram", "chidi", 3, 0.9),
    Neighbour("samir", "سمير حداد", "telegram", "oleksandr", 4, 0.75, True),
    Neighbour("grace", "Grace Achieng", "discord", "bo", 5, 0.85, True),
    Neighbour("ilknur", "İlknur Çağlayan", "telegram", "emre", 6, 0.8),
    Neighbour("priya", "प्रिया नायर", "discord", "mei", 7, 0.95, True),
    Neighbour("tomasz", "Tomasz Wójcik", "discord", "grace", 8, 0.6),
    Neighbour("eleni", "Ελένη Παπαδοπούλου", "telegram", "oleksandr", 9, 0.9, True),
    Neighbour("kenji", "田中健二", "discord", "mei", 10, 0.7),
    Neighbour("lucia", "Lucía Fernández", "telegram", "hanh", 11, 0.85),
    Neighbour("yonas", "ዮናስ ተስፋዬ", "telegram", "samir", 13, 0.5),
    Neighbour("marta", "Marta Kowalska", "discord", "tomasz", 14, 0.65),
    Neighbour("noa", "נועה לוי", "discord", "zoe", 16, 0.8, True),
    Neighbour("pat", "Pat O’Malley", "discord", "bo", 17, 0.4),
    Neighbour("jiho", "김지호", "telegram", "eleni", 18, 0.9, True),
    Neighbour("fatou", "Fatou Diop", "telegram", "chidi", 20, 0.75),
    Neighbour("goran", "Горан Петровић", "discord", "grace", 21, 0.55),
    Neighbour("ines", "Inês Carvalho", "telegram", "lucia", 23, 0.7),
    Neighbour("arjun", "Arjun Mehta", "discord", "priya", 24, 0.85, True),
    Neighbour("hana", "Hana Nováková", "discord", "zoe", 26, 0.6),
    Neighbour("davit", "დავით ბერიძე", "telegram", "oleksandr", 28, 0.5),
    Neighbour("liv", "Liv Sørensen", "discord", "bo", 30, 0.95, True),
    Neighbour("omar", "Omar Benali", "telegram", "samir", 31, 0.6),
    Neighbour("chloe", "Chloé Dubois", "discord", "liv", 33, 0.7),
    Neighbour("minh", "Trần Minh", "telegram", "hanh", 35, 0.8),
    Neighbour("sofia", "София Иванова", "telegram", "emre", 37, 0.65),
    Neighbour("kwame", "Kwame Boateng", "discord", "grace", 39, 0.75, True),
    Neighbour("anahit", "Անահիտ Սարգսյան", "telegram", "eleni", 42, 0.5),
    Neighbour("ruth", "Ruth Weiss", "discord", "noa", 44, 0.9),
    Neighbour("siri", "ศิริพร วงศ์ดี", "telegram", "jiho", 47, 0.6),
    Neighbour("amina", "Amina Yusuf", "telegram", "fatou", 53, 0.85),
    Neighbour("leo", "Leo Rossi", "discord", "ada", 57, 0.8),
    Neighbour("wen", "王文", "discord", "mei", 59, 0.7),
)
