#!/bin/sh
# SMART values of the disks, under the names that smartctl_exporter gives them.
# A sleeping disk isn't woken: of it, only that it sleeps is told.
set -eu

disks=$(smartctl --scan)

report() {
  echo "$disks" | while read -r device option kind _; do
    [ -n "$device" ] || continue
    [ "$option" = -d ] || kind=auto
    # The exit status is a set of flags, of which some tell of the disk: the text tells more.
    text=$(smartctl -H -A -n standby -d "$kind" "$device") || true
    printf 'DEVICE %s\n%s\n' "${device#/dev/}" "$text"
  done
}

report | awk -f "${0%/*}/smart.awk"
