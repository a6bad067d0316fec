"""No secret gets through Promtail, in whatever dress it comes, and other text does."""

import json
from pathlib import Path

import pytest

from tests.contract.lines import through
from tests.contract.test_lines import CONTAINER, JAVA, of_docker

SECRET = "s3cr3t-Canary"  # noqa: S105 (it guards nothing)
UUID = "8a1c2f00-1b2c-4d5e-8f90-a1b2c3d4e5f6"
BEARER = "eyJhbGciOiJIUzI1NiJ9.e30.Zm9vYmFyX2NhbmFyeQ"
BASIC = "cm9vdDpoYXJ0bGV5"
BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"
PEM = f"-----BEGIN PRIVATE KEY-----\n{BODY}\nAQAB\n-----END PRIVATE KEY-----"

# A line with a secret, and the secret.
LINES = [
    (f"Authorization: Bearer {BEARER}", BEARER),
    (f"curl -H 'authorization: basic {BASIC}' https://site", BASIC),
    (f'{{"headers": {{"Authorization": "Bearer {BEARER}"}}}}', BEARER),
    (f"sent bearer {BEARER} to the API", BEARER),
    ("sent Basic cm9vdDphYg== to the API", "cm9vdDphYg"),
    (f"login password={SECRET} failed", SECRET),
    (f"PGPASSWORD={SECRET} psql", SECRET),
    (f'password="two {SECRET}" user=a', SECRET),
    (f"password='two {SECRET}' user=a", SECRET),
    (f"DB_PASSWD: {SECRET}", SECRET),
    (f"GET /api?token={SECRET}&page=2", SECRET),
    (f"api_key={SECRET} apikey={SECRET} X-Api-Key: {SECRET}", SECRET),
    (f"password=a,{SECRET};b&{SECRET}", SECRET),
    (json.dumps({"user": "a", "password": SECRET}), SECRET),
    (json.dumps({"password": f'a"{SECRET}'}), SECRET),
    (json.dumps({"msg": json.dumps({"client_secret": SECRET})}), SECRET),
    (f"PVEAPIToken=root@pam!mon={UUID}", UUID),
    (f"using root@pam!mon={UUID} now", UUID),
    (f"PBSAPIToken=backup@pbs!prune:{UUID}", UUID),
    (f"postgres://app:{SECRET}@db:5432/app", SECRET),
    (f"redis://:{SECRET}@cache:6379", SECRET),
    (json.dumps({"key": PEM}), BODY),
    (BODY, BODY),
]
HARMLESS = [
    "Failed password for root from 10.0.0.1 port 22 ssh2",
    "GET http://host:3000/path?user=a@b.example 200",
    "basic authentication is off; the bearer was late",
    "starting task UPID:pve:0001:0002:0003:vzdump:100:root@pam:",
    "tokens=512 used",
    "-----BEGIN CERTIFICATE----- follows",
]


@pytest.mark.parametrize("source", ["containers", "files"])
def test_no_secret_is_left(source: str, tmp_path: Path) -> None:
    """Each kind of secret is taken out of containers' lines and of files'."""
    texts = [text for text, _ in LINES]
    sent = [of_docker(text) for text in texts] if source == "containers" else texts
    seen = [e.text for e in through(sent, source=source, file=CONTAINER, tmp_path=tmp_path)]

    assert len(LINES) == len(seen)
    leaks = [text for text, (_, secret) in zip(seen, LINES, strict=True) if secret in text]
    assert [] == leaks
    assert all("[redacted]" in text for text in seen)


def test_key_over_several_lines(tmp_path: Path) -> None:
    """A key that an entry of several lines holds is gone as a whole."""
    lines = f"2026-03-04 05:06:07.125 read\n{PEM}\ndone".split("\n")
    (entry,) = through(lines, source="files_1", settings=JAVA, tmp_path=tmp_path)

    assert "BEGIN PRIVATE KEY-----[redacted]-----END PRIVATE KEY-----\ndone" in entry.text


def test_what_is_no_secret_stays(tmp_path: Path) -> None:
    """Lines that only speak of passwords and tokens are left as they are."""
    seen = through(HARMLESS, source="files", tmp_path=tmp_path)

    assert HARMLESS == [entry.text for entry in seen]


def test_json_stays_json(tmp_path: Path) -> None:
    """What surrounds a secret is untouched, so a query can still take the line apart."""
    lines = [text for text, _ in LINES if text.startswith("{")]
    seen = through(lines, source="files", tmp_path=tmp_path)

    assert [list(json.loads(line)) for line in lines] == [
        list(json.loads(entry.text)) for entry in seen
    ]


def test_account_of_a_url_and_of_a_token_stays(tmp_path: Path) -> None:
    """One still sees who it was."""
    lines = [f"postgres://app:{SECRET}@db:5432/app", f"using root@pam!mon={UUID} now"]
    seen = through(lines, source="files", tmp_path=tmp_path)

    assert ["postgres://app:[redacted]@db:5432/app", "using root@pam!mon=[redacted] now"] == [
        entry.text for entry in seen
    ]


def test_own_expressions(tmp_path: Path) -> None:
    """What the groups fit is taken out, or all where there is none; nothing else if so chosen."""
    settings = {"redact": [], "redact-own": [r"card \d+", r"iban=(DE\d+)"]}
    line = "card 4111 iban=DE89 password=visible"
    (entry,) = through([line], source="files", settings=settings, tmp_path=tmp_path)

    assert "[redacted] iban=[redacted] password=visible" == entry.text
