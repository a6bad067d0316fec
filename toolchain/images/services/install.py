"""Installs the locked wheels while the image is built: offline, each held to its hash.

pip runs from its own wheel, since a base may have none, and doesn't stay in the image.
"""

import shutil
import subprocess
import sys
from pathlib import Path

BUILD = Path("/build")
PACKAGES = Path("/opt/packages")


def main() -> None:
    """Fill the folder of packages."""
    (pip,) = (BUILD / "wheels").glob("pip-*.whl")
    command: list[str | Path] = [
        *(sys.executable, pip / "pip", "install", "--quiet", "--no-cache-dir"),
        *("--no-index", "--find-links", BUILD / "wheels", "--require-hashes", "--no-deps"),
        *("--target", PACKAGES, "--requirement", BUILD / "requirements.lock"),
    ]
    subprocess.run(command, check=True)
    for leftover in [*PACKAGES.glob("pip*"), PACKAGES / "bin"]:
        shutil.rmtree(leftover)


if __name__ == "__main__":
    main()
