# What follows is the same in the script of every host.

marker_folder=/var/lib/observability
marker=$marker_folder/agents.owned
mode=
changes=0
changed_files=
fresh_packages=

# Says what is done, or would be: `act change /etc/x` prints `changed /etc/x`.
act() {
  verb=$1
  shift
  changes=$((changes + 1))
  if [ "$mode" = dry-run ]; then
    echo "would $verb $*"
    return 1
  fi
  case "$verb" in
    *e) echo "${verb}d $*" ;;
    *) echo "${verb}ed $*" ;;
  esac
}

fail() {
  echo "agents: $*" >&2
  exit 1
}

systemd_runs() { [ -d /run/systemd/system ]; }

# A container (LXC) sees much of its host, which the host itself measures already.
in_container() {
  if command -v systemd-detect-virt > /dev/null; then
    systemd-detect-virt --container --quiet
  else
    [ -e /.dockerenv ] || [ -e /run/.containerenv ]
  fi
}

# The marker has a line for each thing that is ours: `file PATH` or `package NAME`.
owns() { [ -f "$marker" ] && grep -qxF -- "$1" "$marker"; }

own() {
  owns "$1" && return
  mkdir -p "$marker_folder"
  echo "$1" >> "$marker"
}

forget() {
  [ -f "$marker" ] || return 0
  # grep fails where no line is left.
  grep -vxF -- "$1" "$marker" > "$marker.new" || true
  mv "$marker.new" "$marker"
}

owned() {
  [ -f "$marker" ] || return 0
  sed -n "s/^$1 //p" "$marker"
}

installed() { [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2> /dev/null)" = installed ]; }

# Puts the file there all at once; its content is what the function prints.
put_file() { # path, mode, function
  if [ -e "$1" ] && ! owns "file $1"; then
    fail "$1 exists and isn't ours: move it away"
  fi
  if [ -f "$1" ] && "$3" | cmp -s - "$1" && [ "$(stat -c %a "$1")" = "$2" ]; then
    return
  fi
  changed_files="$changed_files $1"
  act change "$1" || return 0
  # Noted first: an interrupted run leaves nothing that we don't know of.
  own "file $1"
  mkdir -p "${1%/*}"
  "$3" > "$1.new"
  chmod "$2" "$1.new"
  mv "$1.new" "$1"
}

# A file that is ours to remove, and that something else of ours writes.
claim() { [ "$mode" = dry-run ] || own "file $1"; }

# A file whose content somebody else has: fetched once, over a connection that is checked.
fetch_file() { # path, address
  [ -f "$1" ] && owns "file $1" && return
  [ -e "$1" ] && fail "$1 exists and isn't ours: move it away"
  act change "$1" || return 0
  own "file $1"
  mkdir -p "${1%/*}"
  if command -v curl > /dev/null; then curl -fsSL -o "$1.new" "$2"; else wget -qO "$1.new" "$2"; fi ||
    fail "$2 can't be fetched"
  chmod 644 "$1.new"
  mv "$1.new" "$1"
}

put_package() {
  installed "$1" && return
  fresh_packages="$fresh_packages $1"
  act install "$1" || return 0
  own "package $1"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$1" > "$log" 2>&1 ||
    { apt-get update -q > "$log" 2>&1 &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$1" > "$log" 2>&1; } ||
    { forget "package $1"; cat "$log" >&2; fail "$1 can't be installed"; }
}

drop_file() {
  if [ -e "$1" ]; then
    act remove "$1" || return 0
    rm -f "$1"
  fi
  [ "$mode" = dry-run ] || forget "file $1"
}

# Removes a package of ours, unless something that came later needs it.
drop_package() {
  if installed "$1"; then
    others=$(apt-get -s purge "$1" | sed -n 's/^\(Purg\|Remv\) \([^ ]*\).*/\2/p' | grep -vxF -- "$1" || true)
    if [ -n "$others" ]; then
      echo "note: $1 stays, others need it: $(echo "$others" | tr '\n' ' ')"
    else
      act remove "$1" || return 0
      DEBIAN_FRONTEND=noninteractive apt-get purge -y -q "$1" > "$log" 2>&1 ||
        { cat "$log" >&2; fail "$1 can't be removed"; }
    fi
  fi
  [ "$mode" = dry-run ] || forget "package $1"
}

drop_folder() { if [ -d "$1" ] && [ "$mode" != dry-run ]; then rmdir "$1" 2> /dev/null || true; fi; }
