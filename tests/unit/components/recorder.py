"""Runs a piece of the program against mocks and keeps what it asked for."""

from collections.abc import Callable
from typing import Any

import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks
from pulumi.runtime.mocks import MockMonitor

GATEWAY = "192.0.2.1"
SECRET_MARK = "4dabf18193072939515e22adb298388d"  # noqa: S105 (Pulumi's "a secret follows")


class Recorder(Mocks):
    """Accepts every resource, remembers its inputs, refuses provider calls."""

    def __init__(self) -> None:
        self.resources: list[MockResourceArgs] = []
        self.requests: dict[str, Any] = {}
        """What was sent to the engine by name: options and the marks of secrets are in there."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.resources.append(args)
        computed: dict[str, Any] = {}
        if args.typ.endswith(":RemoteImage"):
            computed = {"imageId": f"id-of-{args.inputs['name']}"}
        if args.typ.endswith(":Network"):
            computed = {"ipamConfigs": [{"gateway": GATEWAY}]}
        if args.typ.endswith(":FreePort"):
            computed = {"port": 40123}
        if args.typ.endswith(":OwnCa"):
            computed = {"certificate": "a certificate", "key": "a key"}
        if args.typ.endswith(":PushLogins"):
            computed = {"hashes": {"web": "a hash"}}
        return f"{args.name}-id", {**args.inputs, **computed}

    def call(self, args: MockCallArgs) -> Any:
        raise AssertionError(f"unexpected provider call {args.token}")

    def all(self, type_suffix: str) -> dict[str, MockResourceArgs]:
        """The resources of a type by their names."""
        return {r.name: r for r in self.resources if r.typ.endswith(f":{type_suffix}")}

    def inputs(self, type_suffix: str, name: str) -> dict[str, Any]:
        """What one resource was asked to be; secrets are shown as what they hold."""
        shown: dict[str, Any] = plain(self.all(type_suffix)[name].inputs)
        return shown

    def holds_secret(self, name: str, key: str) -> bool:
        """Whether this input of a resource reaches the engine as a secret."""
        return SECRET_MARK in str(self.requests[name].object[key])


class Listener(MockMonitor):
    """Keeps each request as it came in."""

    mocks: Recorder

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 (gRPC's name)
        self.mocks.requests[request.name] = request
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


def plain(value: Any) -> Any:
    """A value without the wrapping that marks secrets."""
    if isinstance(value, dict):
        if SECRET_MARK in value:
            return plain(value.get("value"))
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def deploy(program: Callable[[], object], *, preview: bool = False) -> Recorder:
    """Run `program` until all of its registrations are done."""
    recorder = Recorder()
    pulumi.runtime.set_mocks(
        recorder, "observability", "test", preview=preview, monitor=Listener(recorder)
    )
    pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    return recorder
