"""Targets of the settings, discovery, and the user's own scrape jobs."""

from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from components import configs, scraping
from components.rendering import Files
from tests.unit.settings.judge import accepted

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n"
ALL_LABELS = {"host", "node", "guest", "role", "env"}


def prometheus(**settings: object) -> Files:
    """Prometheus' config files under these settings."""
    return configs.render(accepted(settings), stack="test", rules={})["prometheus"]


def job(files: Files, name: str) -> dict[str, Any]:
    """One scrape job of Prometheus' config."""
    config = yaml.safe_load(files["prometheus.yml"])
    (found,) = (each for each in config["scrape_configs"] if each["job_name"] == name)
    return dict(found)


def test_target_has_the_labels_of_the_settings() -> None:
    """What the setting says, and its own labels beside it."""
    shop = {
        "addresses": ["web:8000"],
        "host": "web1",
        "node": "pve1",
        "guest": "web1",
        "role": "web",
        "labels": {"service": "shop"},
    }

    found = job(prometheus(targets={"shop": shop}), "shop")

    assert [
        {
            "targets": ["web:8000"],
            "labels": {
                "service": "shop", "host": "web1", "node": "pve1", "guest": "web1",
                "role": "web", "env": "test",
            },
        }
    ] == found["static_configs"]  # fmt: skip


def test_each_address_is_a_host_of_its_own() -> None:
    """Without a host in the settings, and with every label there is."""
    found = job(prometheus(targets={"shop": {"addresses": ["10.0.0.5:80", "b:80"]}}), "shop")

    labels = [target["labels"] for target in found["static_configs"]]
    assert ["10.0.0.5", "b"] == [each["host"] for each in labels]
    assert all(set(each) == ALL_LABELS and all(each.values()) for each in labels)


def test_login_and_authority_are_named_by_file() -> None:
    """The config refers to what lies beside it and holds no secret."""
    shop = {
        "addresses": ["a:1"],
        "scheme": "https",
        "path": "/stats",
        "interval": "30s",
        "user": "reader",
        "password": {"secret": "shop-password"},
        "ca": CERTIFICATE,
    }
    settings: dict[str, object] = {"targets": {"shop": shop}}

    files = prometheus(**settings)

    found = job(files, "shop")
    assert ("https", "/stats", "30s") == tuple(
        found[key] for key in ("scheme", "metrics_path", "scrape_interval")
    )
    assert {"username": "reader", "password_file": "secrets/shop-password"} == found["basic_auth"]
    assert CERTIFICATE == files[found["tls_config"]["ca_file"]]
    assert {"prometheus": {"shop-password"}} == configs.secret_names(accepted(settings))


def test_lists_over_http_are_asked() -> None:
    """With a token for the list and one for what is on it."""
    listed = {
        "url": "https://netbox.lan/targets",
        "refresh": "5m",
        "list-token": {"secret": "netbox"},
        "token": {"secret": "metrics"},
        "labels": {"site": "attic"},
    }
    settings: dict[str, object] = {"discovery": {"http": {"netbox": listed}}}

    found = job(prometheus(**settings), "netbox")

    token = {"type": "Bearer", "credentials_file": "secrets/netbox"}
    assert [
        {"url": "https://netbox.lan/targets", "refresh_interval": "5m", "authorization": token}
    ] == found["http_sd_configs"]
    assert "secrets/metrics" == found["authorization"]["credentials_file"]
    assert {"target_label": "site", "replacement": "attic"} == found["relabel_configs"][0]
    assert {"prometheus": {"netbox", "metrics"}} == configs.secret_names(accepted(settings))


def test_a_folder_of_target_files_is_watched() -> None:
    """In the place where Prometheus sees the folder."""
    found = job(prometheus(discovery={"folder": "/srv/targets"}), "file")

    assert ["/etc/targets/*.yml", "/etc/targets/*.yaml", "/etc/targets/*.json"] == (
        found["file_sd_configs"][0]["files"]
    )


def test_jobs_of_the_user_get_the_missing_labels(tmp_path: Path) -> None:
    """Behind the user's own relabeling, so that what that sets stays."""
    own = {"target_label": "role", "replacement": "web"}
    jobs = {"scrape_configs": [{"job_name": "mine", "relabel_configs": [own]}]}
    (tmp_path / "mine.yml").write_text(yaml.safe_dump(jobs))

    site = scraping.of_site(tmp_path, env="test")
    files = configs.render(accepted({}), stack="test", rules={}, site=site)["prometheus"]

    (found,) = yaml.safe_load(files["site/mine.yml"])["scrape_configs"]
    assert own == found["relabel_configs"][0]
    assert ALL_LABELS == {rule["target_label"] for rule in found["relabel_configs"][1:]}
    assert ["site/*.yml"] == yaml.safe_load(files["prometheus.yml"])["scrape_config_files"]


def test_no_folder_is_no_jobs(tmp_path: Path) -> None:
    """Most sites have none."""
    assert {} == scraping.of_site(tmp_path / "nothing", env="test")


def test_every_wrong_file_is_a_line(tmp_path: Path) -> None:
    """It names the file, and the line where that isn't YAML."""
    folder = tmp_path / "site" / "scrape"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text("scrape_configs:\n  - {\n")
    (folder / "b.yml").write_text("- job_name: mine\n")
    (folder / "c.yml").write_text("scrape_configs: [{relabel_configs: 1}]\n")

    with pytest.raises(pulumi.RunError) as caught:
        scraping.of_site(folder, env="test")

    assert [
        "scrape jobs are not right:",
        "  site/scrape/a.yml: is not YAML: line 3",
        "  site/scrape/b.yml: must hold a list `scrape_configs`, in Prometheus' own format",
        "  site/scrape/c.yml: relabel_configs must be a list",
    ] == str(caught.value).splitlines()
