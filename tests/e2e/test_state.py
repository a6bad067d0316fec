"""Users, tokens and the state of alerts through changes of the settings; in this order."""

import datetime as dt
import json
from typing import Any

from tests.e2e.eventually import eventually
from tests.e2e.people import Browser, basic, password, tokens
from tests.e2e.site import Site
from tests.e2e.test_changes import edit, replaced, servers

PROXY = "/api/datasources/proxy/uid/alertmanager/api/v2/silences"
FOLDER = "made-by-a-test"
RULES = f"/api/ruler/grafana/api/v1/rules/{FOLDER}"
ALWAYS = {
    "grafana_alert": {
        "title": "always",
        "condition": "A",
        "no_data_state": "OK",
        "exec_err_state": "Error",
        "data": [
            {
                "refId": "A",
                "datasourceUid": "__expr__",
                "relativeTimeRange": {"from": 60, "to": 0},
                "model": {"refId": "A", "type": "math", "expression": "1 > 0"},
            }
        ],
    },
    "for": "0s",
}


def silence(site: Site) -> str:
    """The ID of a new silence."""
    start = dt.datetime.now(dt.UTC)
    body = {
        "matchers": [{"name": "alertname", "value": "NoSuchAlert", "isRegex": False}],
        "startsAt": start.isoformat(),
        "endsAt": (start + dt.timedelta(hours=1)).isoformat(),
        "createdBy": "a test",
        "comment": "outlives its container",
    }
    return str(site.grafana(PROXY, body)["silenceID"])


def active_since(site: Site) -> str:
    """Since when Grafana's own rule has fired; nothing where it doesn't."""
    groups = site.grafana("/api/prometheus/grafana/api/v1/rules")["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    alerts = [alert for rule in rules for alert in rule.get("alerts") or ()]
    return next((str(a["activeAt"]) for a in alerts if a["state"].startswith("Alerting")), "")


def history(site: Site) -> list[dict[str, Any]]:
    """What Grafana has noted about its rules, by the annotations' IDs."""
    found: list[dict[str, Any]] = site.grafana("/api/annotations?type=alert")
    return found


def test_alerting_state_outlives_its_containers(site: Site) -> None:
    """A silence, a firing rule of Grafana's and its history are as they were in new containers."""
    site.grafana("/api/folders", {"uid": FOLDER, "title": FOLDER})
    site.grafana(RULES, {"name": "g", "interval": "10s", "rules": [ALWAYS]})
    made = silence(site)
    since = eventually(lambda: active_since(site), deadline=30)
    noted = eventually(lambda: history(site), deadline=10)
    before = servers(site)

    edit(site, lambda s: s.setdefault("alertmanager", {}).update({"memory": "96MiB"}))
    edit(site, lambda s: s["grafana"].update({"memory": "640MiB"}))
    site.make("up")

    assert {"alertmanager", "grafana"} == replaced(before, servers(site))
    assert "active" == site.grafana(f"{PROXY.removesuffix('s')}/{made}")["status"]["state"]
    assert since == eventually(lambda: active_since(site), deadline=30)
    assert [entry["id"] for entry in noted] == [entry["id"] for entry in history(site)]
    site.grafana(f"/api/folders/{FOLDER}?forceDeleteRules=true", method="DELETE")


def numbers(site: Site) -> dict[str, int]:
    """Grafana's number of each user."""
    return {user["login"]: user["userId"] for user in site.grafana("/api/org/users")}


def roles(site: Site) -> dict[str, str]:
    return {user["login"]: user["role"] for user in site.grafana("/api/org/users")}


def change_by_hand(site: Site, number: dict[str, int]) -> None:
    """Give a user a higher role; delete another one, and a service account."""
    site.grafana(f"/api/org/users/{number['vera']}", {"role": "Admin"}, method="PATCH")
    site.grafana(f"/api/admin/users/{number['ada']}", method="DELETE")
    found = site.grafana("/api/serviceaccounts/search?query=writer")["serviceAccounts"]
    site.grafana(f"/api/serviceaccounts/{found[0]['id']}", method="DELETE")


def test_access_follows_the_settings(site: Site) -> None:
    """Changed by hand, it is put back; taken out, it goes; a new password replaces no user."""
    before, old = numbers(site), tokens(site)
    change_by_hand(site, before)
    shown = site.pulumi("refresh", "--preview-only", "--diff")
    changed = f"changed-for-{site.stack}-in-a-test"
    site.pulumi("config", "set", "--secret", "observability:veras", changed)

    def change(settings: dict[str, Any]) -> None:
        del settings["grafana"]["users"]["eddie"]
        settings["grafana"]["users"]["ada"]["role"] = "editor"
        settings["grafana"]["service-accounts"]["reader"]["key-version"] = 2

    edit(site, change)
    site.make("up")

    new = tokens(site)
    clients = {
        "vera": Browser(site.grafana_url, basic("vera", changed)),
        "ada": Browser(site.grafana_url, basic("ada", password(site, "ada"))),
        "old reader": Browser(site.grafana_url, f"Bearer {old['reader']}"),
        "new reader": Browser(site.grafana_url, f"Bearer {new['reader']}"),
        "writer": Browser(site.grafana_url, f"Bearer {new['writer']}"),
    }
    assert "grafana-access-user-vera-role" in shown
    assert '"Viewer" => "Admin"' in shown
    assert "eddie" not in roles(site)
    assert {"vera": "Viewer", "ada": "Editor"}.items() <= roles(site).items()
    assert before["vera"] == numbers(site)["vera"]
    assert {"vera": 200, "ada": 200, "old reader": 401, "new reader": 200, "writer": 200} == {
        name: client.status("/api/search") for name, client in clients.items()
    }
    assert "unchanged" in site.pulumi("preview", "--refresh", "--expect-no-changes")


def test_logins_of_an_interrupted_up_are_found_again(site: Site) -> None:
    """Made in Grafana but not yet in the state: the next `up` finds them, and makes no others."""
    before = numbers(site)
    half_made = {
        "grafana-access-user-ada",
        "grafana-access-account-writer",
        "grafana-access-account-writer-token",
    }
    # `pulumi stack import` forgets what is pending, so the backend's file is changed itself.
    (file,) = site.data.rglob(f".pulumi/stacks/observability/{site.stack}.json")
    stored = json.loads(file.read_text())
    inner = stored["checkpoint"]["latest"]
    named = [(r["urn"].rpartition("::")[2], r) for r in inner["resources"]]
    inner["pending_operations"] = [
        {"type": "creating", "resource": {k: v for k, v in r.items() if k not in {"id", "outputs"}}}
        for name, r in named
        if name in half_made
    ]
    gone = half_made | {"grafana-access-user-ada-role"}
    inner["resources"] = [r for name, r in named if name not in gone]
    old = tokens(site)
    file.write_text(json.dumps(stored))

    printed = site.make("up")

    readers = [Browser(site.grafana_url, f"Bearer {t['writer']}") for t in (old, tokens(site))]
    assert "3 unfinished operations" in printed
    assert before == numbers(site)
    assert [401, 200] == [client.status("/api/search") for client in readers]
