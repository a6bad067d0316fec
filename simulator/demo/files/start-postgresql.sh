#!/bin/bash
# Makes the cluster at the first start, brings users and passwords up to date at each one, and then
# becomes the server.
set -eu
config=/etc/observability
if [ ! -d "$PGDATA" ]; then
  rm -rf "$PGDATA.new"
  initdb --pgdata="$PGDATA.new" --username=postgres --auth=peer --encoding=UTF8 --locale=C.UTF-8
  # All at once: one that was interrupted begins anew.
  mv "$PGDATA.new" "$PGDATA"
fi
pg_ctl start --wait --options="-c listen_addresses='' -c hba_file=$config/pg_hba.conf"
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --file="$config/users.sql" > /dev/null
pg_ctl stop --wait --mode=fast
exec postgres -c listen_addresses='*' -c hba_file="$config/pg_hba.conf" "$@"
