"""Where the wheel's packages come from; everything else about it stands in pyproject.toml.

``shared`` and ``infra`` are installed inside ``icebreaker``, since those names are not ours alone: see
infra/package/__init__.py, and docs/decisions.md.
"""

from setuptools import find_packages, setup

ROOMS = "icebreaker.rooms"
# Of infra the command line: the local stack, the demo and the checks work on a checkout.
FOUND = [*find_packages(include=["shared", "shared.*"]), "infra", "infra.cli"]
# Whatever is no Python is read at run time: tables of words, templates, styles.
DATA = ["*.toml", "*.html", "*.txt", "*.css", "*.js", "*.svg", "*.json"]

setup(
    packages=["icebreaker", *(f"{ROOMS}.{name}" for name in FOUND)],
    package_dir={"icebreaker": "infra/package", f"{ROOMS}.shared": "shared", f"{ROOMS}.infra": "infra"},
    package_data={"": [f"{depth}{kind}" for kind in DATA for depth in ("", "*/", "*/*/")]},
)
