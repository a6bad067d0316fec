#!/bin/sh
# Pending Debian updates, and whether a reboot is due. Changes nothing and asks no server:
# Debian's own timers (on a Proxmox host, pveupdate) refresh the package lists.
set -eu

plan=$(apt-get --simulate --quiet=2 dist-upgrade)
all=$(echo "$plan" | grep -c '^Inst ' || true)
security=$(echo "$plan" | grep -c '^Inst .*-[Ss]ecurity' || true)
lists=$(stat -c %Y /var/lib/apt/lists)

reboot=0
if [ -e "${RUN_FOLDER:-/run}/reboot-required" ]; then
  reboot=1
# Who has pinned a kernel on a Proxmox host doesn't wait for a newer one.
elif [ ! -e /etc/kernel/proxmox-boot-pin ] && [ -e "${BOOT_FOLDER:-/boot}/vmlinuz-$(uname -r)" ]; then
  newest=$(cd "${BOOT_FOLDER:-/boot}" && printf '%s\n' vmlinuz-* | sort -V | tail -n 1)
  [ "$newest" = "vmlinuz-$(uname -r)" ] || reboot=1
fi

cat << METRICS
# HELP apt_updates_pending Packages that an upgrade would install or replace.
# TYPE apt_updates_pending gauge
apt_updates_pending{type="security"} $security
apt_updates_pending{type="other"} $((all - security))
# HELP apt_lists_timestamp_seconds When the package lists were last refreshed.
# TYPE apt_lists_timestamp_seconds gauge
apt_lists_timestamp_seconds $lists
# HELP node_reboot_required Whether an update waits for a reboot.
# TYPE node_reboot_required gauge
node_reboot_required $reboot
METRICS
