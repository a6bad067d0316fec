"""Runs our program without an engine, so that `make bench` can time nothing but the program."""

import json
import runpy
import sys
from collections.abc import Callable
from typing import Any, cast

import pulumi
import yaml
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_all_config, set_mocks

from operate.stack import PROJECT, Stack

Program = Callable[[], object]


class Accepting(Mocks):
    """Every resource is as it was asked for."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        computed = {"ipamConfigs": [{"gateway": "192.0.2.1"}], "imageId": "sha256:0"}
        return f"{args.name}-id", {**computed, **args.inputs}

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"the program asked for {args.token}")


def main() -> None:
    """Register the resources of one stack's settings."""
    stack = Stack(sys.argv[1])
    content = yaml.safe_load(stack.config_file.read_text())["config"]
    secrets = [
        key for key, value in content.items() if isinstance(value, dict) and "secure" in value
    ]
    config = {f"{PROJECT}:stack": json.dumps(content[f"{PROJECT}:stack"])}
    set_all_config(config | dict.fromkeys(secrets, "not-a-secret"), secrets)
    set_mocks(Accepting(), project=PROJECT, stack=stack.name)
    until_registered = cast(Callable[[Program], Callable[[], None]], pulumi.runtime.test)
    until_registered(lambda: runpy.run_path(str(stack.checkout / "__main__.py")))()


if __name__ == "__main__":
    main()
