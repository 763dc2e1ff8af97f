"""The picture that the demo leaves behind: who knows whom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
import networkx as nx

from infra.demo.cast import SEED, Cast

if TYPE_CHECKING:
    from infra.demo.check import Result


MET: Final = "#2f7d5b"
TOLD: Final = "#d2693c"
ASKED: Final = "#7f9fb8"


def draw_overview(cast: Cast, result: Result, path: Path) -> None:
    """Who knows whom (thin), who was asked (blue), told (orange), and met (green); who is not there is hollow."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.lines import Line2D
    from matplotlib.patheffects import withStroke

    graph = nx.Graph()
    graph.add_nodes_from(person.email for person in cast.people)
    graph.add_edges_from((person.email, other) for person in cast.people for other in person.knows)
    places = nx.spring_layout(graph, k=0.62, iterations=600, seed=SEED)
    drawn = result.met | result.told | result.asked
    rest = [e for e in graph.edges if (min(e), max(e)) not in drawn]

    figure, axes = plt.subplots(figsize=(13, 9), dpi=100)
    for pairs, colour, width in (
        (rest, "#d9d4cc", 0.7),
        (sorted(result.asked), ASKED, 1.2),
        (sorted(result.told), TOLD, 1.8),
        (sorted(result.met), MET, 2.2),
    ):
        nx.draw_networkx_edges(graph, places, pairs, ax=axes, edge_color=colour, width=width)
    for people, fill, edge in (
        ([p for p in cast.people if p.is_there and p.uploads], "#d2693c", "#d2693c"),
        ([p for p in cast.people if p.is_there and not p.uploads], "#7f9fb8", "#7f9fb8"),
        ([p for p in cast.people if not p.is_there], "#ffffff", "#a39b92"),
    ):
        nx.draw_networkx_nodes(
            graph, places, [p.email for p in people], ax=axes, node_size=90, node_color=fill, edgecolors=edge
        )
    for person in cast.people:
        x, y = places[person.email]
        axes.annotate(
            person.name,
            (x, y),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            fontsize=7.5,
            color="#3b352f",
            path_effects=[withStroke(linewidth=2.5, foreground="#ffffff")],
        )
    axes.legend(
        handles=[
            Line2D([], [], color=MET, lw=2, label=f"met, as both say ({len(result.met)} pairs)"),
            Line2D([], [], color=TOLD, lw=2, label=f"told of each other ({len(result.told)})"),
            Line2D([], [], color=ASKED, lw=1.5, label=f"asked, and not named ({len(result.asked)})"),
            Line2D([], [], color="#d9d4cc", lw=1, label="know each other online, as the novel has it"),
            Line2D([], [], marker="o", ls="", color="#d2693c", label="brought connections"),
            Line2D([], [], marker="o", ls="", color="#7f9fb8", label="agreed to be introduced"),
            Line2D([], [], marker="o", ls="", mfc="#ffffff", mec="#a39b92", label="never agreed, or cancelled"),
        ],
        loc="upper right",
        frameon=False,
        fontsize=9,
    )
    axes.set_title("Paris 1832: who knows whom online, and who gets introduced", loc="left", fontsize=14)
    axes.set_axis_off()
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)
