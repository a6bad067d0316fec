"""API tokens: stored, shown once, and refused when they have expired."""

import uuid

from fakepve.model import PveError

from simulator.pve.access import AccessApi
from simulator.pve.extension import Routes, Values, items, refuse


class TokenApi(AccessApi):
    """/access/users/{userid}/token, and what becomes of an expired one."""

    def _routes_simulated_tokens(self) -> Routes:
        all_, one = "/access/users/{userid}/token", "/access/users/{userid}/token/{tokenid}"
        return [
            ("GET", all_, self._tokens),
            ("GET", one, self._token),
            ("POST", one, self._token_create),
            ("PUT", one, self._token_update),
            ("DELETE", one, self._token_delete),
        ]

    def issue(self, token: str) -> str:
        """Make the token `user@realm!name`, without rights, and its user; the token's value."""
        self.rights.users.setdefault(token.partition("!")[0], {"enable": 1})
        self.rights.tokens[token] = {"expire": 0, "privsep": 1}
        self.apitokens[token] = str(uuid.uuid4())
        return self.apitokens[token]

    def check_current(self, token: str) -> None:
        """Refuse a token that has expired, and one whose user has or is switched off."""
        user = token.partition("!")[0]
        stored = self.rights.users.get(user, {})
        if not stored.get("enable", 1):
            raise PveError(401, f"user '{user}' is disabled")
        for what, name, fields in (
            ("user", user, stored),
            ("token", token, self.rights.tokens.get(token, {})),
        ):
            expire = fields.get("expire") or 0
            if isinstance(expire, int) and 0 < expire < self.clock():
                raise PveError(401, f"{what} '{name}' access expired")

    async def _tokens(self, v: Values, _user: str) -> list[Values]:
        self._known_user(v["userid"])
        prefix = f"{v['userid']}!"
        return [
            {"tokenid": name.removeprefix(prefix), **stored}
            for name, stored in sorted(self.rights.tokens.items())
            if name.startswith(prefix)
        ]

    async def _token(self, v: Values, _user: str) -> Values:
        return dict(self.rights.tokens[self._known_token(v)])

    async def _token_create(self, v: Values, _user: str) -> Values:
        self.need_quorum()
        self._known_user(v["userid"])
        name = f"{v['userid']}!{v['tokenid']}"
        if name in self.rights.tokens:
            refuse(400, "Parameter verification failed.", tokenid="Token already exists.")
        value = self.issue(name)
        info = self._store_token(name, v)
        return {"full-tokenid": name, "info": dict(info), "value": value}

    async def _token_update(self, v: Values, _user: str) -> Values:
        self.need_quorum()
        name = self._known_token(v)
        for key in items(v.get("delete")):
            self.rights.tokens[name].pop(key, None)
        info = dict(self._store_token(name, v))
        if v.get("regenerate"):
            self.apitokens[name] = str(uuid.uuid4())
            info |= {"full-tokenid": name, "value": self.apitokens[name]}
        return info

    async def _token_delete(self, v: Values, _user: str) -> None:
        self.need_quorum()
        self.forget(self._known_token(v))

    def _store_token(self, name: str, v: Values) -> dict[str, object]:
        stored = self.rights.tokens[name]
        stored.update({key: int(v[key]) for key in ("expire", "privsep") if v.get(key) is not None})
        if v.get("comment") is not None:
            stored["comment"] = v["comment"]
        return stored

    def _known_token(self, v: Values) -> str:
        self._known_user(v["userid"])
        name = f"{v['userid']}!{v['tokenid']}"
        if name not in self.rights.tokens:
            refuse(500, f"no such token '{v['tokenid']}' for user '{v['userid']}'")
        return name


def new_token(name: str) -> str:
    """The token `user@realm!name` with a value of its own."""
    return f"{name}={uuid.uuid4()}"
