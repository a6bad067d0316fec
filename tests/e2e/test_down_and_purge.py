"""`down` keeps the data, `up` finds it again, `purge` leaves nothing."""

from dashboards import catalogue
from tests.e2e.eventually import eventually
from tests.e2e.site import Site


def test_down_doesnt_take_peoples_dashboards_along(site: Site) -> None:
    """Somebody's dashboard in one of our folders stops `down` before anything is removed."""
    (spec, *_) = catalogue()
    theirs = {"title": "Mine", "uid": "mine", "panels": []}
    site.grafana("/api/dashboards/db", {"dashboard": theirs, "folderUid": spec.folder.uid})
    before = site.ids("container")

    printed = site.make("down", status=2)
    left = site.ids("container")
    site.grafana("/api/dashboards/uid/mine", method="DELETE")

    assert "Mine" in printed
    assert before == left


def test_down_leaves_only_volumes_and_up_finds_the_data(site: Site) -> None:
    """No container and no network is left; the samples of before are there after the next `up`."""
    (before,) = site.promql("count(count_over_time(up[1h]))")
    (oldest,) = site.promql("min(min_over_time(timestamp(up)[1h:15s]))")

    site.make("down")
    left = {kind: set(site.ids(kind)) for kind in ("container", "network", "volume")}
    site.make("up")

    assert set() == left["container"] | left["network"]
    assert left["volume"]
    assert all(volume.endswith("-data") for volume in left["volume"])
    assert before["value"][1]
    (still,) = eventually(
        lambda: site.promql("min(min_over_time(timestamp(up)[1h:15s]))"), deadline=60
    )
    assert float(still["value"][1]) <= float(oldest["value"][1]) + 15


def test_purge_leaves_settings_only(site: Site) -> None:
    """Containers, networks, volumes and state are gone; what a person wrote is not."""
    site.make("purge")

    for kind in ("container", "network", "volume"):
        assert {} == site.ids(kind)
    assert site.stack not in site.run("./toolchain/run", "pulumi", "stack", "ls", "--json")
    assert site.config_file.exists()
    assert (site.data / "passphrases" / site.stack).exists()
