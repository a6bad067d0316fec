"""Which handler answers which method of which path."""

from collections.abc import Callable

from simulator.pbs import accounts, config, datastores, jobs, node, notifications
from simulator.pbs.kinds import DATASTORE, SECTIONS
from simulator.pbs.server import Answer, Request, Server

Handler = Callable[[Server, Request], Answer]


def _by_kind(work: Callable[..., Answer], kind: object) -> Handler:
    def handler(server: Server, request: Request) -> Answer:
        return work(server, kind, request)

    return handler


def _sections() -> dict[tuple[str, str], Handler]:
    found: dict[tuple[str, str], Handler] = {}
    for kind in SECTIONS:
        item = f"{kind.path}/{{{kind.key}}}"
        found["GET", kind.path] = _by_kind(config.listed, kind)
        found["GET", item] = _by_kind(config.read, kind)
        found["PUT", item] = _by_kind(config.update, kind)
        if kind is not DATASTORE:
            found["POST", kind.path] = _by_kind(config.create, kind)
            found["DELETE", item] = _by_kind(config.delete, kind)
    return found


def _notifications() -> dict[tuple[str, str], Handler]:
    found: dict[tuple[str, str], Handler] = {}
    below = "/config/notifications"
    for path in (*(f"{below}/endpoints/{kind}" for kind in notifications.ENDPOINTS),
                 f"{below}/matchers"):  # fmt: skip
        found["GET", path] = notifications.listed
        found["POST", path] = notifications.create
        found["GET", f"{path}/{{name}}"] = notifications.read
        found["PUT", f"{path}/{{name}}"] = notifications.change
        found["DELETE", f"{path}/{{name}}"] = notifications.delete
    found["GET", f"{below}/targets"] = notifications.targets
    found["POST", f"{below}/targets/{{name}}/test"] = notifications.test_target
    return found


def _jobs() -> dict[tuple[str, str], Handler]:
    found: dict[tuple[str, str], Handler] = {}
    for name, kind in jobs.KINDS.items():
        found["GET", f"/admin/{name}"] = _by_kind(jobs.overview, kind)
        found["POST", f"/admin/{name}/{{id}}/run"] = _by_kind(jobs.run, kind)
    return found


_STORE = "/admin/datastore/{store}"
_USER = "/access/users/{userid}"
_TASK = "/nodes/{node}/tasks/{upid}"
ROUTES: dict[tuple[str, str], Handler] = {
    **_sections(),
    **_notifications(),
    **_jobs(),
    ("POST", "/config/datastore"): datastores.create,
    ("DELETE", "/config/datastore/{name}"): datastores.delete,
    ("GET", "/admin/datastore"): datastores.overview,
    ("GET", f"{_STORE}/status"): datastores.status,
    ("GET", f"{_STORE}/namespace"): datastores.namespaces,
    ("POST", f"{_STORE}/namespace"): datastores.add_namespace,
    ("DELETE", f"{_STORE}/namespace"): datastores.remove_namespace,
    ("GET", f"{_STORE}/snapshots"): datastores.snapshots,
    ("DELETE", f"{_STORE}/snapshots"): datastores.forget_snapshot,
    ("PUT", f"{_STORE}/protected"): datastores.protect,
    ("GET", f"{_STORE}/groups"): datastores.groups,
    ("POST", f"{_STORE}/prune"): datastores.prune_group,
    ("POST", f"{_STORE}/verify"): datastores.verify,
    ("GET", f"{_STORE}/gc"): datastores.gc_status,
    ("POST", f"{_STORE}/gc"): datastores.start_gc,
    ("GET", "/admin/gc"): datastores.gc_overview,
    ("GET", "/status/datastore-usage"): datastores.usage,
    ("GET", "/admin/metrics"): node.metric_servers,
    ("GET", "/access/users"): accounts.users,
    ("POST", "/access/users"): accounts.add_user,
    ("GET", _USER): accounts.user,
    ("PUT", _USER): accounts.change_user,
    ("DELETE", _USER): accounts.remove_user,
    ("GET", f"{_USER}/token"): accounts.tokens,
    ("GET", f"{_USER}/token/{{token-name}}"): accounts.token,
    ("POST", f"{_USER}/token/{{token-name}}"): accounts.add_token,
    ("PUT", f"{_USER}/token/{{token-name}}"): accounts.change_token,
    ("DELETE", f"{_USER}/token/{{token-name}}"): accounts.remove_token,
    ("GET", "/access/acl"): accounts.acl,
    ("PUT", "/access/acl"): accounts.change_acl,
    ("GET", "/access/roles"): accounts.roles,
    ("GET", "/access/permissions"): accounts.permissions,
    ("GET", "/version"): node.version,
    ("GET", "/ping"): node.ping,
    ("GET", "/nodes/{node}/status"): node.status,
    ("GET", "/nodes/{node}/tasks"): node.tasks,
    ("GET", f"{_TASK}/status"): node.task_status,
    ("GET", f"{_TASK}/log"): node.task_log,
}
