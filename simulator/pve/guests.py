"""Addresses and load of the guests, the nodes and the storages."""

from typing import Any

from simulator.pve.extension import Extension, Values
from simulator.pve.inventory import GIB, NODE_CORES, NODE_DISK, NODE_MEMORY
from simulator.pve.load import Usage, usage


def address(vmid: int) -> str:
    """What the simulated network's DHCP gives a guest: out of 198.18.0.0/15, kept for tests."""
    return f"198.18.{vmid // 250 % 256}.{vmid % 250 + 2}"


class GuestApi(Extension):
    """Overrides fakepve's constant figures; its own names, hence the underscores."""

    def load_of(self, guest: Any) -> Usage | None:
        """What a running guest uses now; None for one that isn't running."""
        if guest.status != "running" or not self._online(guest.node):
            return None
        now = self.clock()
        return usage(guest.vmid, now, guest.started_at or now)

    def node_load(self, node: str) -> Values:
        """Usage of a node in PVE's fields: what its guests use, and a little of its own."""
        if not self._online(node):
            return {}
        busy, memory, disk = 0.02 * NODE_CORES, 2 * GIB, 9 * GIB
        for guest in self.guests():
            load = self.load_of(guest) if guest.node == node else None
            if load:
                fields = self.fields(guest)
                busy += load.cpu * fields["maxcpu"]
                memory += fields["mem"]
        return {
            "cpu": min(busy / NODE_CORES, 1.0),
            "maxcpu": NODE_CORES,
            "mem": min(memory, NODE_MEMORY),
            "maxmem": NODE_MEMORY,
            "disk": disk,
            "maxdisk": NODE_DISK,
            "uptime": int(self.clock() - self.nodes[node].get("booted", self.clock())),
        }

    def fields(self, guest: Any) -> Values:
        """Usage of a guest in the fields that lists and states share; bytes."""
        container = guest.guest.startswith("lxc/")
        cores = int(guest.config.get("cores") or 1) * int(guest.config.get("sockets") or 1)
        memory = int(str(guest.config.get("memory") or 512).split("=")[-1]) * 1024**2
        size = self._maxdisk(guest) if container else self._vm_maxdisk(guest)
        found = {"maxcpu": cores, "maxmem": memory, "maxdisk": size}
        load = self.load_of(guest)
        if load is None:
            idle = ("cpu", "mem", "disk", "uptime", "netin", "netout", "diskread", "diskwrite")
            return found | dict.fromkeys(idle, 0)
        return found | {
            "cpu": load.cpu,
            "mem": int(memory * load.memory),
            # PVE can't look into a VM's disk.
            "disk": int(size * load.disk) if container else 0,
            "uptime": int(self.clock() - guest.started_at),
            **load.counters,
        }

    _maxdisk: Any
    _vm_maxdisk: Any

    def _online(self, node: str) -> bool:
        return bool(self.nodes.get(node, {}).get("online", True))

    def _vm_usage(self, vm: Any) -> Values:
        found = self.fields(vm)
        return found | {"memhost": found["mem"]}

    def ct_resources(self, user: str, kind: str | None = None) -> list[Values]:
        """As fakepve's, with the load."""
        listed: list[Values] = super().ct_resources(user, kind)  # type: ignore[misc]
        return [item | self.fields(self.guest(item["vmid"])) for item in listed]

    def _status(self, ct: Any) -> Values:
        shown: Values = super()._status(ct)  # type: ignore[misc]
        found = self.fields(ct)
        found.pop("maxcpu")
        return shown | found

    # Addresses

    async def _lxc_interfaces(self, user: str, v: Values) -> list[Values] | None:
        listed: list[Values] | None = await super()._lxc_interfaces(user, v)  # type: ignore[misc]
        for number, one in enumerate(listed or []):
            # The first is lo.
            if number and not one["ip-addresses"]:
                given = address(v["vmid"])
                one["inet"] = f"{given}/15"
                one["ip-addresses"] = [
                    {"ip-address-type": "inet", "ip-address": given, "prefix": "15"}
                ]
        return listed

    async def _agent_call(self, match: Any, values: Values) -> Any:
        vm = self.guest(int(values["vmid"]))
        enabled = str(vm.config.get("agent", "0")).split(",")[0].split("=")[-1] == "1"
        if enabled and vm.agent is None:
            vm.agent = {"interfaces": _interfaces(vm)}
        return await super()._agent_call(match, values)  # type: ignore[misc]


def _interfaces(vm: Any) -> list[Values]:
    """What the agent in the VM says: what cloud-init was given, otherwise the address by DHCP."""
    found = [_interface("lo", "00:00:00:00:00:00", "127.0.0.1/8")]
    for number in range(32):
        device = vm.config.get(f"net{number}")
        if device is None:
            continue
        mac = str(device).split(",")[0].partition("=")[2].lower()
        settings = str(vm.config.get(f"ipconfig{number}", ""))
        options = dict(one.partition("=")[::2] for one in settings.split(","))
        given = options.get("ip", "dhcp")
        cidr = given if "/" in given else f"{address(vm.vmid)}/15"
        found.append(_interface(f"eth{number}", mac, cidr))
    return found


def _interface(name: str, mac: str, cidr: str) -> Values:
    own, _, prefix = cidr.partition("/")
    return {
        "name": name,
        "hardware-address": mac,
        "ip-addresses": [{"ip-address": own, "ip-address-type": "ipv4", "prefix": int(prefix)}],
    }
