"""The pictures of docs/performance.md, drawn from build/bench.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

COLOURS: Final = ("#0b5d66", "#c8553d", "#d8d4c7")


def draw(results: dict[str, Any], folder: Path) -> list[Path]:
    """One picture of what there is figures for, each; the files."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "icebreaker"  # the same picture for the same figures
    import matplotlib.pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    drawn: list[Path] = []

    def save(name: str) -> None:
        drawn.append(folder / f"{name}.svg")
        plt.tight_layout()
        plt.savefig(drawn[-1], metadata={"Date": None})
        plt.close()

    if "cold_start" in results:
        figures = results["cold_start"]["figures"]
        names = sorted((name for name in figures if name != "client"), key=lambda name: figures[name]["ratio"])
        plt.figure(figsize=(8, 4))
        plt.barh(["boto3 client alone", *names], [1, *(figures[name]["ratio"] for name in names)], color=COLOURS[0])
        plt.axvline(1, color=COLOURS[1], linewidth=1)
        plt.xlabel("CPU time of the import, times that of a boto3 client for DynamoDB")
        save("cold-start")
    if "units" in results:
        sizes = {size: each for size, each in results["units"]["figures"].items() if "import" in each}
        plt.figure(figsize=(8, 3.5))
        for place, label in enumerate(("textbook", "here")):
            units = [each["import"][place] for each in sizes.values()]
            plt.bar([x + 0.4 * place for x in range(len(sizes))], units, 0.4, label=label, color=COLOURS[1 - place])
        plt.yscale("log")
        plt.xticks([x + 0.2 for x in range(len(sizes))], list(sizes))
        plt.ylabel("write units an import of one set")
        plt.legend()
        save("import-units")
    points = results.get("growth", {}).get("figures", {}).get("points", [])
    if points:
        attendees = [point["attendees"] for point in points]
        _, axes = plt.subplots(1, 3, figsize=(10, 3.5))
        for axis, what in zip(axes, ("cpu s", "peak MB", "RRU"), strict=True):
            slope = results["growth"]["figures"][f"exponent of {what}"]
            axis.loglog(attendees, [point[what] for point in points], "o-", color=COLOURS[0])
            axis.set_title(f"{what}: power {slope:.2f}")
            axis.set_xlabel("attendees × 1,500 connections")
        save("growth")
    return drawn
