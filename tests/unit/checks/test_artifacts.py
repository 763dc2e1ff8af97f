"""What is about to be deployed is opened, and what is wrong with it is said; `make build` ends with the same look."""

import shutil
import struct
from pathlib import Path

import pytest

from infra.checks import artifacts
from infra.checks.artifacts import AARCH64, MOST_BYTES, ROOT, Artifacts, main, problems
from tests.template import written

X86_64 = 62


def elf(machine: int) -> bytes:
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 3, machine) + bytes(44)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A checkout with one function and one library, built as it should be."""
    for name, content in {
        "functions/send_notes/handler.py": "handler = None",
        ".aws-sam/build/SendNotesFunction/handler.py": "handler = None",
        ".aws-sam/build/template.yaml": "",
        "requirements/layer.txt": "fast-join==1.0 \\\n    --hash=sha256:00\n",
        "build/layer/python/shared/__init__.py": "",
        "build/layer/python/fast_join-1.0.dist-info/METADATA": "",
        "build/layer/python/fast_join/__init__.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    compiled = tmp_path / "build/layer/python/fast_join/_join.cpython-313-aarch64-linux-gnu.so"
    compiled.write_bytes(elf(AARCH64))
    return tmp_path


def test_what_is_built_as_it_should_be_has_no_problem(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(problems(Artifacts.of(built))) == []
    assert main(built) == 0
    assert "Built for arm64" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("fast_join/_join.so", elf(X86_64), "is compiled for another machine than Lambda's arm64"),
        ("fast_join.libs/libblas.so.3", elf(X86_64), "is compiled for another machine than Lambda's arm64"),
        (
            "fast_join/_join.cpython-311-aarch64-linux-gnu.so",
            elf(AARCH64),
            "is compiled for another Python or system than Lambda's python3.13 on arm64",
        ),
        (
            "fast_join/_join.cpython-313-x86_64-linux-gnu.so",
            elf(X86_64),
            "is compiled for another Python or system than Lambda's python3.13 on arm64",
        ),
        ("pytest-9.0.dist-info/METADATA", b"", "pytest: is in the layer and not in layer.txt"),
        ("fast_join/tests/test_join.py", b"", "fast_join/tests: has no business where it is deployed to"),
        ("fast_join/a.cpython-311.pyc", b"", "has no business where it is deployed to"),
    ],
)
def test_what_does_not_belong_into_the_layer_is_said(built: Path, name: str, content: bytes, sentence: str) -> None:
    path = built / "build/layer/python" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    [problem] = problems(Artifacts.of(built))
    assert problem.endswith(sentence)
    assert main(built) == 1


def test_a_library_of_the_lock_that_is_not_in_the_layer_is_missed(built: Path) -> None:
    shutil.rmtree(built / "build/layer/python/fast_join-1.0.dist-info")
    assert list(problems(Artifacts.of(built))) == ["fast-join: is in layer.txt and not in the layer"]


def test_a_function_that_is_not_the_checkouts_is_said(built: Path) -> None:
    (built / "functions/send_notes/handler.py").write_text("handler = print")
    assert list(problems(Artifacts.of(built))) == ["SendNotesFunction: holds other files than functions/send_notes"]
    shutil.rmtree(built / ".aws-sam/build/SendNotesFunction")
    assert list(problems(Artifacts.of(built))) == ["SendNotesFunction: was not built"]


def test_more_than_lambda_takes_is_said(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_BYTES == 262_144_000
    monkeypatch.setattr(artifacts, "MOST_BYTES", 50)
    [problem] = problems(Artifacts.of(built))
    assert problem.startswith("SendNotesFunction: with its layer ")


def test_where_nothing_was_built_it_says_how_to(tmp_path: Path) -> None:
    [problem] = problems(Artifacts.of(tmp_path))
    assert "`make build` makes it" in problem


def test_the_template_deploys_what_is_looked_at() -> None:
    resources = written()["Resources"]
    layers = [r for r in resources.values() if r["Type"] == "AWS::Serverless::LayerVersion"]
    assert [ROOT / layer["Properties"]["ContentUri"] for layer in layers] == [Artifacts.of(ROOT).layer]
    functions = {name for name, r in resources.items() if r["Type"] == "AWS::Serverless::Function"}
    assert functions == {artifacts._camel(path.parent.name) for path in (ROOT / "functions").glob("*/handler.py")}
