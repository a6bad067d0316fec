#!/bin/sh
# Builds Promtail with its reader of the journal, which needs C and the headers of libsystemd. The
# library itself is no part of the program: it is loaded when a journal is opened.
set -eu
export CGO_ENABLED=1
# shellcheck disable=SC2086 # PACKAGES is a list
go build -tags promtail_journal_enabled -ldflags "-s -w -X $STAMP=$VERSION" -o "$OUT/bin/" $PACKAGES
