"""One service in the services image, and one that isn't."""

import pulumi

from components.service import Service, ServiceArgs
from components.services_image import USER, ServicesImage, ServicesImageArgs, find_context
from toolchain import images

WAIT = "import signal; signal.sigwait({signal.SIGTERM})"


def service(name: str, image: pulumi.Input[str], *command: str, check: list[str]) -> None:
    """A container without a network, which its own health check is enough for."""
    args = ServiceArgs(
        stack=pulumi.get_stack(),
        service=name,
        image=image,
        user=USER,
        memory_mib=128,
        command=["python", *command],
        health_check=["python", *check],
        health_seconds=2,
        digest_key=pulumi.Output.secret("of a test"),
    )
    Service(name, args)


def main() -> None:
    """Both of them."""
    context = find_context()
    base = images.references(images.decide_source())["python"]
    built = ServicesImage("services-image", ServicesImageArgs(context=context, base=base))
    load = ("-m", "services.demo.load", "--target", "http://127.0.0.1:9")
    service("ours", built.reference, *load, check=["-m", "services.check"])
    service("other", base, "-c", WAIT, check=["-c", "pass"])


main()
