"""The site's state in a file, for a server that is started again."""

import importlib.metadata
import logging
import pickle
from pathlib import Path
from typing import Any

# One more whenever what is kept changes its shape.
VERSION = 1
KEPT = (
    "_fw_state",
    "apitokens",
    "cts",
    "jobs",
    "nodes",
    "pool_info",
    "pools",
    "rights",
    "storages",
    "tasklog",
    "tasks",
    "users",
    "vms",
)


def save(site: Any, path: Path) -> None:
    """Write it, whole or not at all."""
    kept = {name: vars(site)[name] for name in KEPT if name in vars(site)}
    new = path.with_suffix(".new")
    new.write_bytes(pickle.dumps((_version(), kept)))
    new.replace(path)


def load(site: Any, path: Path) -> bool:
    """Take over what was saved; False where nothing was, or by another version."""
    if not path.exists():
        return False
    # Only this program writes the file, into a volume of its own.
    version, kept = pickle.loads(path.read_bytes())  # noqa: S301 (see above)
    if version != _version():
        logging.getLogger(__name__).warning("the state is of another version: it starts anew")
        return False
    vars(site).update(kept)
    return True


def _version() -> tuple[int, str]:
    return VERSION, importlib.metadata.version("fakepve")
