#!/bin/sh
# A small Debian: what the servers need that aren't static (libc), and curl for health checks.
set -eu
debootstrap --variant=minbase --include=ca-certificates,curl,tzdata "$VERSION" "$OUT"
rm -rf "$OUT"/var/cache/apt/* "$OUT"/var/lib/apt/lists/* "$OUT"/var/log/* "$OUT"/usr/share/doc/* \
  "$OUT"/usr/share/man/* "$OUT"/usr/share/locale/* "$OUT"/dev/* "$OUT"/proc/* "$OUT"/sys/*
