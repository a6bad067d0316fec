#!/bin/sh
# Builds the CLI and puts beside it what `pulumi` looks for: the launcher of dynamic providers and of
# programs from the same release's SDK, and our language host, since the official one isn't in a Go module.
set -eu
go build -ldflags "-s -w -X $STAMP=v$VERSION" -o "$OUT/bin/pulumi" "$PACKAGES"
go mod download "github.com/pulumi/pulumi/sdk/v3@v$VERSION"
sdk=$(go env GOMODCACHE)/github.com/pulumi/pulumi/sdk/v3@v$VERSION
install -m755 "$sdk/python/cmd/pulumi-language-python-exec" "$sdk/python/dist/pulumi-resource-pulumi-python" "$OUT/bin/"
# Found through PATH, where `make shell` puts the virtual environment first.
install -m755 language_host.py "$OUT/bin/pulumi-language-python"
