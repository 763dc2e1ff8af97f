"""The wheel: built, put into an empty environment with what it asks for and nothing else, and run there."""

import os
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[3]
SOURCES = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "shared", "infra")
EXAMPLE = ROOT / "tests" / "fixtures" / "who"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # From a copy: what an earlier build left lying about would be packed too.
    folder = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "--wheel-dir", str(folder / "dist"), "."], cwd=folder, check=True, capture_output=True)
    return next((folder / "dist").glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where nothing is installed but the wheel and what its metadata asks of one person, in the locked versions."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    for name in closure(list(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])):
        for entry in {Path(file).parts[0] for file in distribution(name).files or () if ".." not in Path(file).parts}:
            source = Path(str(distribution(name).locate_file(entry)))
            if source.exists() and not (packages / entry).exists():
                (packages / entry).symlink_to(source)
    install = [sys.executable, "-m", "pip", "--python", str(folder), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)
    return folder


def closure(wanted: list[str]) -> set[str]:
    """The distributions that these requirements bring with them, here."""
    found: set[str] = set()
    while wanted:
        requirement = Requirement(wanted.pop())
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if applies and requirement.name.lower() not in found:
            found.add(requirement.name.lower())
            wanted += distribution(requirement.name).requires or []
    return found


def run(environment: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    bare = {"PATH": os.environ["PATH"], "COLUMNS": "200", **variables}
    program, *arguments = command
    return subprocess.run(
        [environment / "bin" / program, *arguments], cwd=environment, env=bare, capture_output=True, text=True
    )


def test_who_works_where_nothing_else_is_installed(environment: Path) -> None:
    ran = run(
        environment,
        *("icebreaker", "who", str(EXAMPLE / "attendees.csv"), str(EXAMPLE / "Connections.csv")),
        *("--html", "who.html", "--vcf", "who.vcf"),
    )
    assert ran.returncode == 0, ran.stderr
    assert "Ben Okafor" in ran.stdout
    assert "You have been connected on LinkedIn since 2019." in ran.stdout
    assert "Ben Okafor" in (environment / "who.html").read_text()
    assert run(environment, "python", "-m", "icebreaker", "who", "--formats").returncode == 0


def test_an_organizers_command_says_what_it_needs(environment: Path) -> None:
    ran = run(environment, "icebreaker", "event", "list")
    assert ran.returncode == 1
    assert "install icebreaker[organizer]" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "who" in run(environment, "icebreaker", "--help").stdout


def test_every_export_that_can_be_read_can_be_read_there(environment: Path) -> None:
    exports = [path for path in sorted((ROOT / "tests/fixtures/connections").glob("*/*")) if is_export(path)]
    assert len(exports) > 30
    ran = run(environment, "icebreaker", "who", str(EXAMPLE / "attendees.csv"), *map(str, exports))
    assert ran.returncode == 0, ran.stderr
    assert "No module named" not in ran.stderr
    read = ran.stderr.rpartition("Read on this machine")[2]
    for network in ("bluesky", "discord", "facebook", "github", "instagram", "mastodon", "threads", "tiktok"):
        assert f"of {network}-" in read, network


def is_export(path: Path) -> bool:
    return path.is_file() and ".expected." not in path.name


def test_who_asks_nothing_of_aws_and_starts_without_what_only_organizers_use(environment: Path) -> None:
    probe = (
        "import sys; sys.argv = ['icebreaker', 'who', *sys.argv[1:]]\n"
        "from icebreaker import main\n"
        "try: main()\n"
        "finally: sys.stderr.write(' '.join(sorted(name.partition('.')[0] for name in sys.modules)))"
    )
    files = [str(EXAMPLE / "attendees.csv"), str(EXAMPLE / "Connections.csv")]
    loaded = run(environment, "python", "-c", probe, *files).stderr.rpartition("\n")[2].split()
    assert "babel" in loaded
    for heavy in ("boto3", "botocore", "pynamodb", "aws_lambda_powertools", "numpy", "openpyxl", "asyncio"):
        assert heavy not in loaded


def test_the_wheel_takes_one_name_and_brings_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"icebreaker"}
    folders = {part for name in names for part in name.split("/")[:-1]}
    assert not folders & {"tests", "functions", "demo", "local", "meter", "checks", "__pycache__"}


def test_the_wheel_has_everything_that_is_read_at_run_time(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in files_of(ROOT / "shared", ROOT / "infra" / "cli"):
        assert f"icebreaker/rooms/{path.relative_to(ROOT).as_posix()}" in names


def files_of(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)


def test_what_the_wheel_asks_for_is_what_everything_is_tested_with() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["organizer"]]
    known = {
        line.partition("[")[0].partition("=")[0].strip()
        for name in ("layer.in", "dev.in")
        for line in (ROOT / "requirements" / name).read_text().splitlines()
    }
    assert {Requirement(each).name for each in asked} <= known
