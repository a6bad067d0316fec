"""What the tests render scripts from."""

from agents.spec import HostSpec, LogPush

ALL = ("smart", "zfs", "lvm-thin", "updates")
PLAIN = HostSpec(name="pve1", listen="0.0.0.0:9100")
FULL = HostSpec(
    name="pve1",
    listen="10.0.0.2:9100",
    collectors=ALL,
    systemd=True,
    labels={"host": "pve1", "env": "test", "role": "pve"},
    logs=LogPush(
        url="https://logs.example/push",
        user="pve1",
        password_file="/etc/x y",  # noqa: S106
        ca="a certificate\n",
    ),
)
