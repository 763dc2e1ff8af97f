"""The pictures of docs/performance.md, drawn of the last run that is in build/bench.json: ``make bench-pictures``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
RESULTS: Final = ROOT / "build" / "bench.json"
FOLDER: Final = ROOT / "docs" / "pictures"
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
        drawn.append(folder / f"bench-{name}.svg")
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
        plt.ylabel("write units for the sets of everybody")
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


def main() -> None:
    """Draw them where the page shows them."""
    if not RESULTS.exists():
        sys.exit(f"There is no {RESULTS.relative_to(ROOT)} yet: run `make bench` first, it takes a while.")
    results = json.loads(RESULTS.read_text())
    if results.get("machine", {}).get("quick"):
        sys.exit("The last run was a quick one, which the page does not show: run `make bench` first.")
    for picture in draw(results, FOLDER):
        print(picture.relative_to(ROOT))


if __name__ == "__main__":
    main()
