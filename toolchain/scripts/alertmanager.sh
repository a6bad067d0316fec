#!/bin/sh
# Alertmanager's module lacks its generated web page, which go:embed insists on, so it is built in a
# copy with a page that says so. The copy's own go.mod and go.sum pin what goes in.
set -eu
go mod download "github.com/prometheus/alertmanager@v$VERSION"
cp -r "$(go env GOMODCACHE)/github.com/prometheus/alertmanager@v$VERSION" "$WORK/src"
chmod -R u+w "$WORK/src"
cd "$WORK/src"
mkdir -p ui/app/dist
echo '<!doctype html><title>Alertmanager</title>Built without its web page.' > ui/app/dist/index.html
# shellcheck disable=SC2086 # PACKAGES is a list
go build -ldflags "-s -w -X $STAMP=$VERSION" -o "$OUT/bin/" $PACKAGES
