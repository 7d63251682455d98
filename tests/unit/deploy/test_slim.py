"""The packages of an image without what deploy/slim.py removes: nothing that a process does is lost."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from fnmatch import fnmatch
from pathlib import Path

import pytest

from deploy.slim import UNNEEDED, cut, without_sources
from docs.generate import ROOT
from tests.compose import images

INSTALLED = Path(sysconfig.get_path("purelib"))
CUT = {pattern.partition("/")[0] for unneeded in UNNEEDED for pattern in unneeded.patterns}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages that are installed, as links, of which those are cut that an image cuts."""
    folder = tmp_path_factory.mktemp("packages")
    assert [each.package for each in UNNEEDED if not (INSTALLED / each.package).is_dir()] == []
    for entry in INSTALLED.iterdir():
        if any(fnmatch(entry.name, name) for name in CUT):
            shutil.copytree(entry, folder / entry.name, copy_function=os.symlink)
        else:
            (folder / entry.name).symlink_to(entry)
    cut(folder)
    return folder


def runs(program: str, *folders: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that imports from these folders only: without -S, Python would find what is installed too."""
    return subprocess.run(
        [sys.executable, "-S", "-"],
        input=program,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders)), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("program", sorted({each for programs in images.RUN_BY.values() for each in programs}))
def test_a_program_of_an_image_does_not_miss_what_is_cut(packages: Path, program: str) -> None:
    ended = runs(images.program_text(program), packages, ROOT)
    # the logs are lines of JSON: no warning may stand between them
    assert (ended.stderr, ended.returncode) == ("", 0)
    images.missing_in(json.loads(ended.stdout))


@pytest.fixture
def invented(tmp_path: Path) -> Path:
    """A package stdnum of our own, and another."""
    for name in ("stdnum/__init__.py", "stdnum/fr/siret.py", "stdnum/de/vat.py", "stdnum/oui.dat", "other/fast.pyx"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("number = 7\n")
    return tmp_path


def left(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_modules_are_imported_without_their_sources(invented: Path) -> None:
    cut(invented)
    without_sources(invented)
    assert left(invented) == {"stdnum/__init__.pyc", "stdnum/fr/siret.pyc"}
    assert runs("from stdnum.fr import siret; print(siret.number)", invented).stdout == "7\n"


@pytest.mark.parametrize("gone", ["stdnum/oui.dat", "stdnum/fr"])
def test_a_package_that_has_changed_stops_the_build(invented: Path, gone: str) -> None:
    path = invented / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(LookupError, match=r"stdnum: there is no .* any more"):
        cut(invented)


def test_a_module_that_cannot_be_compiled_stops_the_build(invented: Path) -> None:
    (invented / "other/broken.py").write_text("def\n")
    with pytest.raises(RuntimeError):
        without_sources(invented)
