"""Who is introduced to whom in which wave, and the words in which they are told how they know each other."""

from shared.introductions.introduction import UNSENT, Channel, Introduction, State
from shared.introductions.plan import Told, may_be_told, plan_wave
from shared.introductions.words import how_they_know_each_other

__all__ = [
    "UNSENT",
    "Channel",
    "Introduction",
    "State",
    "Told",
    "how_they_know_each_other",
    "may_be_told",
    "plan_wave",
]
