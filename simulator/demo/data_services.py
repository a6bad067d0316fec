"""PostgreSQL and Redis, as a real site has them: users with passwords, data in volumes."""

import hashlib

import pulumi

from components.service import CONFIG_PATH, ServiceArgs
from simulator.demo.place import DemoPlace, read

# Names of the secrets. The two of `monitor` are the watching stack's as well, for its exporters.
POSTGRESQL_DEMO = "postgresql-password"
POSTGRESQL_MONITOR = "demo-postgresql-password"
REDIS_DEFAULT = "redis-password"
REDIS_MONITOR = "demo-redis-password"

SECRETS = (POSTGRESQL_DEMO, POSTGRESQL_MONITOR, REDIS_DEFAULT, REDIS_MONITOR)

USER = "999:999"  # upstream's in both images
# What redis_exporter asks at each scrape; it gets to no key and no setting.
MONITOR_COMMANDS = (
    "+client|setname +info +latency|histogram +latency|latest +ping +slowlog|get +slowlog|len"
)


def postgresql(place: DemoPlace) -> ServiceArgs:
    """PostgreSQL with the database `demo`, its owner `demo`, and `monitor` for an exporter."""
    return place.service(
        "postgresql",
        image=place.images["postgresql"],
        user=USER,
        memory_mib=256,
        entry_point=["bash", f"{CONFIG_PATH}/start-postgresql.sh"],
        command=["-c", "shared_buffers=48MB", "-c", "log_min_duration_statement=1s"],
        # One folder below the volume, where upstream's images of all versions leave it alone.
        environment={"PGDATA": "/var/lib/postgresql/data"},
        health_check=["pg_isready", "--quiet", "--host=127.0.0.1", "--username=monitor"],
        files={name: read(name) for name in ("start-postgresql.sh", "users.sql", "pg_hba.conf")},
        secret_files={
            "demo-password": place.secrets[POSTGRESQL_DEMO],
            "monitor-password": place.secrets[POSTGRESQL_MONITOR],
        },
        data_path="/var/lib/postgresql",
        scratch_paths=["/tmp", "/var/run/postgresql"],  # noqa: S108 (mounts in the container)
    )


def redis(place: DemoPlace) -> ServiceArgs:
    """Redis with the user `default` for the estate, and `monitor` for an exporter."""
    return place.service(
        "redis",
        image=place.images["redis"],
        user=USER,
        memory_mib=96,
        command=["redis-server", f"{CONFIG_PATH}/redis.conf"],
        # A user that may do nothing else, so that the check needs no password.
        health_check=["redis-cli", "-e", "--user", "health", "--pass", "none", "ping"],
        files={"redis.conf": read("redis.conf")},
        secret_files={
            "users.acl": pulumi.Output.all(
                place.secrets[REDIS_DEFAULT], place.secrets[REDIS_MONITOR]
            ).apply(lambda both: acl(*both))
        },
        data_path="/data",
    )


def acl(default: str, monitor: str) -> str:
    """Redis' users; passwords as hashes, in which no character has a meaning to Redis."""
    return "".join(
        f"user {line}\n"
        for line in (
            f"default on #{_hash(default)} ~* &* +@all",
            f"monitor on #{_hash(monitor)} resetchannels -@all {MONITOR_COMMANDS}",
            "health on nopass resetchannels -@all +ping",
        )
    )


def _hash(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()
