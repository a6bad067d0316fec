#!/bin/sh
# Builds commands of a pinned module, static so that they run in an image with nothing else in it.
set -eu
# shellcheck disable=SC2086 # PACKAGES is a list
go build -ldflags "-s -w -X $STAMP=$VERSION" -o "$OUT/bin/" $PACKAGES
