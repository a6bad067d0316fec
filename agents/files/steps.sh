# The steps, in terms of what stands above.

# Switches a unit on, now and after a boot; restarts it where a file that it follows has changed.
run_unit() { # unit, files of ours, package that brings and starts it or `none`
  systemd_runs || return 0
  if is_in "$3" "$fresh_packages"; then
    return
  fi
  if ! systemctl is-enabled --quiet "$1" 2> /dev/null || ! systemctl is-active --quiet "$1"; then
    act start "$1" || return 0
    systemctl enable --quiet --now "$1"
  elif any_in "$2" "$changed_files"; then
    act restart "$1" || return 0
    systemctl restart "$1"
  fi
}

stop_unit() {
  systemd_runs || return 0
  case "$(systemctl is-enabled "$1" 2> /dev/null)" in enabled) ;; *) return 0 ;; esac
  [ "$mode" = dry-run ] || systemctl disable --quiet --now "$1"
}

reload() { if systemd_runs && [ "$mode" != dry-run ]; then systemctl daemon-reload; fi; }

any_in() { for each in $1; do is_in "$each" "$2" && return; done; return 1; }

is_in() { case " $2 " in *" $1 "*) ;; *) return 1 ;; esac; }

timer_of() { case "$1" in *.timer) stop_unit "${1##*/}" ;; esac; }

apply() {
  check_host
  put_files
  reload
  put_packages
  for path in $(owned file); do
    is_in "$path" "$wanted_files" && continue
    timer_of "$path"
    changed_files="$changed_files $path"
    drop_file "$path"
  done
  reload
  for package in $(owned package); do
    is_in "$package" "$wanted_packages" || drop_package "$package"
  done
  start_units
}

remove() {
  kept=
  owns "package prometheus-node-exporter" || kept=yes
  dropped=$(owned file)
  for path in $dropped; do timer_of "$path"; done
  for path in $dropped; do drop_file "$path"; done
  reload
  for package in $(owned package); do drop_package "$package"; done
  # A package that was here before us goes on as it came.
  if [ -n "$dropped" ] && [ -n "$kept" ] && systemd_runs && installed prometheus-node-exporter; then
    act restart prometheus-node-exporter.service && systemctl restart prometheus-node-exporter.service
  fi
  for folder in $owned_folders; do drop_folder "$folder"; done
  [ "$mode" = dry-run ] || rm -f "$marker"
  drop_folder "$marker_folder"
}

check_host() {
  if is_in updates "$collectors" && installed prometheus-node-exporter-collectors; then
    fail "Debian's prometheus-node-exporter-collectors measures updates already: leave one of them out"
  fi
  for pair in zfs:zpool lvm-thin:lvs; do
    if is_in "${pair%:*}" "$collectors" && ! command -v "${pair#*:}" > /dev/null; then
      fail "${pair%:*} is asked for, but this host has no ${pair#*:}"
    fi
  done
}

main() {
  mode=${1:-}
  [ "$(id -u)" = 0 ] || fail "this has to run as root"
  command -v apt-get > /dev/null || fail "this host isn't a Debian"
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  umask 022
  systemd_runs || echo "note: systemd doesn't run here: files are put, nothing is started"
  case "$mode${2:+ $2}" in
    apply | dry-run) apply ;;
    remove) remove ;;
    "dry-run remove") remove ;;
    *) fail "usage: apply, remove, dry-run or dry-run remove" ;;
  esac
  [ "$changes" -gt 0 ] || echo "nothing to do"
}
