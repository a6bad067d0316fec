"""`make images-pin`: writes the digests of upstream's images into images.toml."""

import re
import subprocess
import sys
from pathlib import Path

from toolchain.cache import CHECKOUT, SetupError
from toolchain.images import catalogue
from toolchain.say import say

FILE = CHECKOUT / "images.toml"


def main(file: Path = FILE) -> int:
    """Pull every image by its tag and write down what came; 1 where a registry can't be reached."""
    text = file.read_text()
    try:
        for service, image in catalogue().items():
            name = image.upstream.partition("@")[0]
            text = with_digest(text, service, _pulled_digest(name))
            say(f"  {name} is pinned")
    except SetupError as error:
        say(f"images-pin: {error}")
        return 1
    file.write_text(text)
    return 0


def with_digest(text: str, service: str, digest: str) -> str:
    """images.toml with this digest below one service's tag, comments and order as they were."""
    head, table, rest = text.partition(f"[{service}]\n")
    section, end = re.split(r"(?m)(?=^\[|\Z)", rest, maxsplit=1)
    section = re.sub(r'(?m)^digest = ".*"\n', "", section)
    section = re.sub(r"(?m)^(tag = .*\n)", rf'\1digest = "{digest}"\n', section)
    return head + table + section + end


def _pulled_digest(name: str) -> str:
    pull = ["docker", "pull", "--quiet", name]
    done = subprocess.run(pull, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SetupError(f"{name} can't be pulled: {' '.join(done.stderr.split())}")
    ask = ["docker", "image", "inspect", "--format", "{{index .RepoDigests 0}}", name]
    said = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
    return said.strip().partition("@")[2]


if __name__ == "__main__":
    sys.exit(main())
