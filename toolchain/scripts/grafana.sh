#!/bin/sh
# Grafana's server: HTTP API, alerting and data source proxy, with the folders it reads at start.
# The module has no built web page. It needs libc, for SQLite.
set -eu
version=$(go list -m -f '{{.Version}}' github.com/grafana/grafana)
go mod download "github.com/grafana/grafana@$version"
go build -o "$WORK/wire" github.com/google/wire/cmd/wire
cp -r "$(go env GOMODCACHE)/github.com/grafana/grafana@$version" "$WORK/src"
chmod -R u+w "$WORK/src"
cd "$WORK/src"
"$WORK/wire" gen -tags oss ./pkg/server
CGO_ENABLED=1 go build -tags oss -ldflags "-s -w -X main.version=$VERSION" -o "$OUT/bin/grafana" ./pkg/cmd/grafana
# What the server reads at start; of the plugins' folders only their descriptions, the rest is web page.
mkdir -p "$OUT/home/public"
cp -r conf "$OUT/home/"
cp -r public/views public/emails "$OUT/home/public/"
find public/app/plugins -name plugin.json -exec cp --parents {} "$OUT/home/" \;
