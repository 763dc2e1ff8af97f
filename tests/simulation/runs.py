"""Run seeds, say what is wrong, and leave out of a failing one whatever it fails without."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tests.simulation.checks import matches_now, problems_of
from tests.simulation.containers import Containers
from tests.simulation.play import Play
from tests.simulation.script import Deed, Script, script_of

MOST_TRIES = 400  # while shrinking


@dataclass(frozen=True, slots=True)
class Run:
    """How a world ended."""

    script: Script
    problems: tuple[str, ...]
    trace: tuple[str, ...] = ()
    calls: int = 0
    messages: int = 0
    faults: int = 0

    def __str__(self) -> str:
        deeds = "\n".join(f"  {deed}" for deed in self.script.deeds)
        trace = "\n".join(f"  {line}" for line in self.trace)
        problems = "\n".join(f"  {problem}" for problem in self.problems)
        how = f"make simulate SEED={self.script.seed}"
        return f"what is done:\n{deeds}\n\nwhat happens:\n{trace}\n\nwhat is wrong:\n{problems}\n\n{how} replays this"


def run(script: Script, containers: Containers, *, traced: bool = False) -> Run:
    """Play a script to its end, and look at everything."""
    play = Play(script, containers, while_at_rest=matches_now)
    play.world.trace = [] if traced else None
    try:
        play.run()
        problems = problems_of(play)
    except Exception as error:
        problems = [f"the world ended: {error!r}\n{traceback.format_exc()}"]
    return Run(
        script,
        tuple(problems),
        tuple(play.world.trace or ()),
        play.world.step,
        len(play.sent),
        play.world.failed,
    )


def run_seeds(seeds: Iterable[int], containers: Containers) -> Iterator[Run]:
    for seed in seeds:
        yield run(script_of(seed), containers)


def shrunk(script: Script, fails: Callable[[Script], bool]) -> Script:
    """The script without whatever it fails without: halves first, then one deed after another."""
    deeds: tuple[Deed, ...] = script.deeds
    tries, size = 0, max(1, len(deeds) // 2)
    while tries < MOST_TRIES:
        start = 0
        before = deeds
        while start < len(deeds) and tries < MOST_TRIES:
            fewer = deeds[:start] + deeds[start + size :]
            tries += 1
            if fails(script.only(fewer)):
                deeds = fewer
            else:
                start += size
        if size == 1 and deeds == before:
            break
        size = max(1, size // 2)
    return script.only(deeds)
