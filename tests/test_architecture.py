"""Import arrows and forbidden words, read from the source."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from recsys_core import errors

ROOT = Path(__file__).resolve().parents[1]
CORE = sorted((ROOT / "recsys_core").rglob("*.py"))
SCREENS = sorted((ROOT / "pages").rglob("*.py")) + [path for path in [ROOT / "app.py"] if path.exists()]

# A room may import from its own level and from those before it, never from a later one.
LEVELS = (
    ("errors", "types"),
    ("data", "statistics"),
    ("splitting", "ranking"),
    ("content", "metrics", "training"),
    ("models",),
    ("warm_and_cold",),
    ("evaluation", "recommending"),
    ("blending", "comparing", "embeddings", "engagement", "explain", "interview", "new_item", "preflight", "rules"),
    ("tuning",),
    ("transfer",),
    ("synthetic",),
    ("simulating",),
    ("runs",),
    ("report", "serve", "voting"),
    ("cli",),
    ("__main__",),
)
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
FIGURES_MAY_IMPORT = ("numpy", "pandas", "plotly", "recsys_core.types", "recsys_core.errors", "recsys_core.figures")
SLOW_TO_IMPORT = {
    "torch",
    "shap",
    "lime",
    "sklearn",
    "duckdb",
    "sqlalchemy",
    "psycopg",
    "openpyxl",
    "matplotlib",
    "transformers",
    "optuna",
    "safetensors.torch",
}
RUNS_CODE_FROM_FILES = {"pickle", "cPickle", "_pickle", "joblib", "dill", "cloudpickle", "marshal", "shelve"}


@dataclass(frozen=True)
class Import:
    """``file`` names ``target``; ``at_start`` where the statement runs as soon as the file is imported."""

    file: Path
    line: int
    target: str
    at_start: bool

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.target}"


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path) for path in CORE + SCREENS}


def imports(path: Path) -> list[Import]:
    return list(_imports(path, tree(path), at_start=True))


def _imports(path: Path, node: ast.AST, at_start: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(path, child.lineno, alias.name, at_start)
        elif isinstance(child, ast.ImportFrom):
            assert not child.level, f"{path.relative_to(ROOT)}:{child.lineno} imports relatively"
            for alias in child.names:
                whole = f"{child.module}.{alias.name}"
                yield Import(path, child.lineno, whole if whole in MODULES else str(child.module), at_start)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            yield from _imports(path, child, False)
        else:
            inside = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from _imports(path, child, at_start and not inside)


def room(module: str) -> str:
    """The room of a module: ``recsys_core.data.importing`` stands in ``data``; the package itself in none."""
    return (module.split(".") + [""])[1]


def belongs(target: str, *names: str) -> bool:
    return any(target == name or target.startswith(f"{name}.") for name in names)


def arrows() -> list[Import]:
    """Imports within the core."""
    return [one for path in CORE for one in imports(path) if belongs(one.target, "recsys_core")]


def report(wrong: list[Import]) -> list[str]:
    return [str(one) for one in wrong]


def test_the_reader_of_imports_reads():
    """Otherwise every test below would pass for a wrong reason."""
    told = {(one.target, one.at_start) for one in imports(ROOT / "recsys_core" / "models" / "base.py")}
    assert ("recsys_core.data.dataset", True) in told
    assert ("safetensors.numpy", False) in told
    assert ("torch", False) in {
        (one.target, one.at_start) for one in imports(ROOT / "recsys_core" / "training" / "context.py")
    }
    assert len(CORE) > 30
    assert len(arrows()) > 80


def test_the_core_knows_no_user_interface():
    wrong = [one for path in CORE for one in imports(path) if belongs(one.target, "streamlit", "pages", "app", "tests")]
    assert not report(wrong)


def test_every_room_has_a_level():
    rooms = {room(module_of(path)) for path in CORE} - {""}
    assert rooms <= {*LEVEL, "figures"}, "give the new room a place in LEVELS"


def test_imports_go_one_way():
    wrong = [
        one
        for one in arrows()
        if (here := room(module_of(one.file))) in LEVEL
        and (there := room(one.target)) in LEVEL
        and LEVEL[there] > LEVEL[here]
    ]
    assert not report(wrong)


def test_no_modules_import_each_other_in_a_circle():
    graph: dict[str, set[str]] = {}
    for one in arrows():
        if one.target != module_of(one.file):
            graph.setdefault(module_of(one.file), set()).add(one.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' <- '.join(error.args[1])}")


def test_figures_take_finished_results():
    figures = [path for path in CORE if room(module_of(path)) == "figures"]
    allowed = (*FIGURES_MAY_IMPORT, *sys.stdlib_module_names)
    assert not report([one for path in figures for one in imports(path) if not belongs(one.target, *allowed)])
    others = [one for one in arrows() if one.file not in figures and room(module_of(one.file)) not in {"cli", "report"}]
    assert not report([one for one in others if belongs(one.target, "recsys_core.figures")])


def test_pages_stand_above_what_they_share():
    shared = ROOT / "pages" / "shared"
    wrong = [
        one
        for path in SCREENS
        if path.parts[: len(shared.parts)] == shared.parts
        for one in imports(path)
        if belongs(one.target, "app") or (belongs(one.target, "pages") and not belongs(one.target, "pages.shared"))
    ]
    wrong += [
        one for path in SCREENS if path.name != "app.py" for one in imports(path) if belongs(one.target, "app", "tests")
    ]
    assert not report(wrong)


def test_slow_packages_are_imported_where_they_are_used():
    wrong = [
        one
        for path in CORE + SCREENS
        for one in imports(path)
        if one.at_start
        and belongs(one.target, *SLOW_TO_IMPORT)
        and not (
            belongs(one.target, "torch")
            and (room(module_of(path)) in {"content", "models", "synthetic", "training"} or "torch" in path.stem)
        )
    ]
    assert not report(wrong)


LIGHT = (
    *("recsys_core.data.importing", "recsys_core.runs.store", "recsys_core.runs.runner", "recsys_core.runs.pilots"),
    "recsys_core.figures.theme",
)


@pytest.mark.parametrize("module", LIGHT)
def test_what_pages_import_starts_without_slow_packages(module: str):
    if module not in MODULES:
        pytest.skip(f"{module} is not written yet")
    code = f"import {module}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert module in done.stdout.split()
    assert not {"torch", "shap", "sklearn", "matplotlib", "lime", "streamlit"} & set(done.stdout.split())


def calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]


def test_nothing_that_is_read_can_run():
    """No pickles, and no text that becomes code."""
    wrong = [str(one) for path in CORE + SCREENS for one in imports(path) if belongs(one.target, *RUNS_CODE_FROM_FILES)]
    for path in CORE + SCREENS:
        for call in calls(path):
            name = ast.unparse(call.func)
            keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            if (
                name in {"eval", "exec", "compile", "__import__"}
                or name.endswith((".read_pickle", ".to_pickle"))
                or keywords.get("allow_pickle", "False") != "False"
                or (name == "torch.load" and keywords.get("weights_only") != "True")
            ):
                wrong.append(f"{path.relative_to(ROOT)}:{call.lineno} calls {name}")
    assert not wrong


def test_pages_write_no_html_of_their_own():
    wrong = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in CORE + SCREENS
        if path != ROOT / "pages" / "shared" / "style.py"
        for call in calls(path)
        for keyword in call.keywords
        if keyword.arg == "unsafe_allow_html" and ast.unparse(keyword.value) != "False"
    ]
    assert not wrong


def test_every_kind_of_error_is_raised_somewhere():
    kinds = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.StudioError) and kind is not errors.StudioError
    }
    assert len(kinds) > 5
    made = {ast.unparse(call.func).split(".")[-1] for path in CORE if path.name != "errors.py" for call in calls(path)}
    assert kinds <= made


def test_errors_of_the_core_say_more_than_a_name():
    """Every StudioError is made with a message."""
    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
    wrong = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in CORE
        for call in calls(path)
        if ast.unparse(call.func) in kinds and not call.args
    ]
    assert not wrong
