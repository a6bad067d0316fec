"""Each collector turns what its command answers into metrics, all at once or not at all."""

from pathlib import Path

import pytest

from tests.unit.agents.hostcommands import Host
from tests.unit.agents.specs import ALL


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """A host with two ZFS pools, two thin pools, five disks and three updates."""
    host = Host(tmp_path)
    host.install()
    return host


def collected(host: Host, name: str) -> dict[str, float]:
    """The samples by their text in front of the value."""
    done = host.collect(name)
    assert done.returncode == 0, done.stderr
    lines = [line for line in host.output(name).splitlines() if not line.startswith("#")]
    return {series: float(value) for series, value in (line.rsplit(" ", 1) for line in lines)}


def test_smart(host: Host) -> None:
    """ATA, SCSI and NVMe disks, under smartctl_exporter's names."""
    seen = collected(host, "smart")

    status = {
        device: seen.get(f'smartctl_device_smart_status{{device="{device}"}}')
        for device in ("sda", "sdb", "sdc", "sdd", "nvme0")
    }
    assert {"sda": 1, "sdb": 0, "sdc": None, "sdd": 0, "nvme0": 1} == status
    assert 0x1C == seen['smartctl_device_critical_warning{device="nvme0"}']
    assert 97 == seen['smartctl_device_available_spare{device="nvme0"}']
    assert 10 == seen['smartctl_device_available_spare_threshold{device="nvme0"}']
    assert 3 == seen['smartctl_device_percentage_used{device="nvme0"}']
    assert 1 == seen['smartctl_device_media_errors{device="nvme0"}']
    assert 21876 * 3600 == seen['smartctl_device_power_on_seconds{device="sda"}']
    assert 10234 * 3600 == seen['smartctl_device_power_on_seconds{device="nvme0"}']


def test_one_temperature_a_disk(host: Host) -> None:
    """A disk with two temperature attributes doesn't give the same series twice."""
    seen = collected(host, "smart")

    warm = {series: value for series, value in seen.items() if "_temperature" in series}
    assert [36, 31, 45] == list(warm.values())


def test_raw_values_of_what_foretells_a_failure(host: Host) -> None:
    """Of the ATA attributes, a few are kept: reallocated, pending and failed transfers."""
    seen = collected(host, "smart")

    raw = {
        series.split('attribute_name="')[1].split('"')[0]: value
        for series, value in seen.items()
        if series.startswith("smartctl_device_attribute{")
    }
    assert {
        "Reallocated_Sector_Ct": 8,
        "Current_Pending_Sector": 0,
        "UDMA_CRC_Error_Count": 2,
    } == raw


def test_a_sleeping_disk_stays_asleep(host: Host) -> None:
    """It is told as sleeping, and nothing else is told of it."""
    seen = collected(host, "smart")

    assert ['smartctl_device_standby{device="sdc"}'] == [s for s in seen if '"sdc"' in s]


def test_zfs(host: Host) -> None:
    """Room in bytes, fragmentation where there is any, and one state of several is 1."""
    seen = collected(host, "zfs")

    assert 1992864825344 == seen['zfs_pool_size_bytes{pool="rpool"}']
    assert 7838754583552 == seen['zfs_pool_allocated_bytes{pool="tank"}']
    assert 0.12 == seen['zfs_pool_fragmentation_ratio{pool="rpool"}']
    assert 'zfs_pool_fragmentation_ratio{pool="tank"}' not in seen
    assert {
        'zfs_pool_health{pool="rpool",state="online"}',
        'zfs_pool_health{pool="tank",state="degraded"}',
    } == {s for s, value in seen.items() if s.startswith("zfs_pool_health") and value == 1}


def test_lvm_thin(host: Host) -> None:
    """Data and metadata as ratios; of a pool that isn't active, its size only."""
    seen = collected(host, "lvm-thin")

    assert 0.6321 == seen['lvm_thin_pool_data_used_ratio{vg="pve",pool="data"}']
    assert 0.0207 == seen['lvm_thin_pool_metadata_used_ratio{vg="pve",pool="data"}']
    assert 4 == len(seen)


def test_updates(host: Host) -> None:
    """Security updates are told apart, by where they come from."""
    seen = collected(host, "updates")

    assert 1 == seen['apt_updates_pending{type="security"}']
    assert 2 == seen['apt_updates_pending{type="other"}']
    assert seen["apt_lists_timestamp_seconds"] > 0
    assert 0 == seen["node_reboot_required"]


@pytest.mark.parametrize(
    ("path", "required"),
    [
        ("run/reboot-required", 1),
        ("boot/vmlinuz-6.8.12-10-pve", 1),
        ("boot/vmlinuz-6.8.4-2-pve", 0),
    ],
)
def test_reboot(host: Host, path: str, required: int) -> None:
    """Due where something says so, or where a newer kernel than the running one is there."""
    (host.folder / "boot" / "vmlinuz-6.8.12-1-pve").touch()
    (host.folder / path).touch()

    assert required == collected(host, "updates")["node_reboot_required"]


@pytest.mark.parametrize(
    ("name", "command"),
    [("smart", "smartctl"), ("zfs", "zpool"), ("lvm-thin", "lvs"), ("updates", "apt-get")],
)
def test_a_failure_leaves_the_last_file(host: Host, name: str, command: str) -> None:
    """The unit fails, and the file's age tells; nothing half-written is read."""
    collected(host, name)
    before = host.output(name)
    host.command(command, "echo half; exit 3\n")

    assert 0 != host.collect(name).returncode
    assert before == host.output(name)
    assert 1 == len(list((host.folder / "textfiles").iterdir()))


@pytest.mark.parametrize("name", ALL)
def test_nothing_there_is_no_failure(host: Host, name: str) -> None:
    """A host without pools, disks or updates gives an empty or zero answer."""
    for command in ("smartctl", "zpool", "lvs", "apt-get"):
        host.command(command, "")

    assert {0.0} >= {
        value for series, value in collected(host, name).items() if "apt_lists" not in series
    }


@pytest.mark.parametrize("name", ALL)
def test_the_exporter_may_read_it(host: Host, name: str) -> None:
    """The node exporter runs as a user of its own."""
    collected(host, name)

    assert (
        0o644 == (host.folder / "textfiles" / f"observability-{name}.prom").stat().st_mode & 0o777
    )
