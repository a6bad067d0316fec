"""Objects of a Proxmox Backup Server, as the config key `objects` lists them."""

from typing import Any

import pulumi
from pulumi import ResourceOptions

from components.pbs.datastore import Datastore, DatastoreArgs
from components.pbs.namespace import Namespace, NamespaceArgs
from components.pbs.prune_job import PruneJob, PruneJobArgs
from components.pbs.sync_job import SyncJob, SyncJobArgs
from components.pbs.verify_job import VerifyJob, VerifyJobArgs

KINDS: dict[str, tuple[Any, Any]] = {
    "datastore": (Datastore, DatastoreArgs),
    "namespace": (Namespace, NamespaceArgs),
    "prune": (PruneJob, PruneJobArgs),
    "verify": (VerifyJob, VerifyJobArgs),
    "sync": (SyncJob, SyncJobArgs),
}


def main() -> None:
    """Each after the one before it."""
    before: list[pulumi.Resource] = []
    for name, given in pulumi.Config().require_object("objects").items():
        resource, args = KINDS[name.partition("-")[0]]
        made = resource(name, args(**given), ResourceOptions(depends_on=list(before)))
        before.append(made)


main()
