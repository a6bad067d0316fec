"""Users and service accounts that were being made in Grafana when an `up` was interrupted.

Grafana numbers them, so that their IDs aren't known before it is asked; and it refuses to make
another one of the same name.
"""

from typing import Any

from operate import refresh
from operate.stack import Stack
from toolchain.say import say
from verify.grafana import Grafana, GrafanaError, NotFoundError

USER = "grafana:oss/user:User"
ACCOUNT = "grafana:oss/serviceAccount:ServiceAccount"
TOKEN = "grafana:oss/serviceAccountToken:ServiceAccountToken"  # noqa: S105 (a type)
TYPES = {USER, ACCOUNT, TOKEN}


def settle(stack: Stack, resource: dict[str, Any]) -> str | None:
    """The ID that the state is to have; None where there is none in Grafana, or no longer.

    A token is deleted: nobody has been told what it is, and Grafana doesn't tell again.
    """
    try:
        grafana = refresh.running_grafana(stack)
        if resource["type"] == TOKEN:
            _delete_token(grafana, resource["inputs"])
            return None
        find = _user if resource["type"] == USER else _account
        return find(grafana, resource["inputs"])
    except GrafanaError as error:
        say(f"{error}; what was being made there may be in the way of the next `up`.")
        return None


def _user(grafana: Grafana, inputs: dict[str, Any]) -> str | None:
    try:
        found = grafana.get("/api/users/lookup", {"loginOrEmail": inputs["login"]})
    except NotFoundError:
        return None
    return str(found["id"])


def _account(grafana: Grafana, inputs: dict[str, Any]) -> str | None:
    name = inputs["name"]
    found = grafana.get("/api/serviceaccounts/search", {"query": name})["serviceAccounts"]
    ids = (f"{account['orgId']}:{account['id']}" for account in found if account["name"] == name)
    return next(ids, None)


def _delete_token(grafana: Grafana, inputs: dict[str, Any]) -> None:
    account = str(inputs["serviceAccountId"]).rpartition(":")[2]
    tokens = f"/api/serviceaccounts/{account}/tokens"
    for token in grafana.get(tokens):
        if token["name"] == inputs["name"]:
            grafana.delete(f"{tokens}/{token['id']}")
