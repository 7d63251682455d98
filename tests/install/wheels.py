"""Creates small wheels, and environments with the oldest pip that has to work."""

import hashlib
import subprocess
import sys
import venv
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

OLDEST_PIP = Path(__file__).with_name("oldest_pip.txt")


def make_wheel(folder: Path, name: str, version: str, *metadata: str) -> str:
    """Write an empty wheel with these lines of metadata; return its line for a file of pins."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    described = "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *metadata, ""])
    with ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{info}/METADATA", described)
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def oldest_pip() -> Path:
    """The wheel of the oldest pip; downloaded once and stored in the environment that runs the tests."""
    kept = Path(sys.prefix, "oldest-pip")
    kept.mkdir(exist_ok=True)
    for wheel in kept.glob("*.whl"):
        return wheel
    with TemporaryDirectory(dir=kept) as folder:
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command = [*download, "--require-hashes", "--dest", folder, "--requirement", str(OLDEST_PIP)]
        subprocess.run(command, check=True)  # noqa: S603 - our command
        (wheel,) = Path(folder).iterdir()
        return wheel.rename(kept / wheel.name)


class Environment:
    """A virtual environment with the oldest pip, which can access one folder of wheels and no index."""

    def __init__(self, folder: Path, wheels: Path) -> None:
        venv.create(folder, symlinks=True)
        self.python = folder / "bin" / "python"
        (self._packages,) = folder.glob("lib/python*/site-packages")
        with ZipFile(oldest_pip()) as archive:
            archive.extractall(self._packages)
        uv_settings = folder / "uv.toml"
        uv_settings.write_text(f'no-index = true\nfind-links = ["{wheels}"]\ncache-dir = "{folder / "cache"}"\n')
        self._variables = {
            "PATH": "/usr/bin:/bin",
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_NO_CACHE_DIR": "1",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(wheels),
            "UV_CONFIG_FILE": str(uv_settings),
        }

    def bring_uv(self) -> None:
        """Link the uv of the environment that runs the tests into this one."""
        (packages,) = Path(sys.prefix).glob("lib/python*/site-packages")
        for path in (packages / "uv", *packages.glob("uv-*.dist-info")):
            (self._packages / path.name).symlink_to(path)
        self.python.with_name("uv").symlink_to(Path(sys.prefix, "bin", "uv"))

    def install(self, script: Path, requirements: Path) -> subprocess.CompletedProcess[str]:
        """Run the script as `make` does."""
        command = ["sh", str(script), str(self.python), str(requirements)]
        return subprocess.run(  # noqa: S603 - our command
            command, env=self._variables, check=False, capture_output=True, text=True
        )

    def versions(self) -> dict[str, str]:
        """The installed versions, without pip and uv."""
        installed = {package.name: package.version for package in distributions(path=[str(self._packages)])}
        return {name: version for name, version in installed.items() if name not in {"pip", "uv"}}
