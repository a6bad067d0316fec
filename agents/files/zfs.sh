#!/bin/sh
# ZFS pools: room, fragmentation and health.
set -eu

pools=$(zpool list -Hp -o name,size,allocated,free,fragmentation,health)
echo "$pools" | awk -F '\t' '
  function gauge(name, help, column, scale,   i) {
    printf "# HELP %s %s\n# TYPE %s gauge\n", name, help, name
    for (i = 1; i <= pools; i++)
      # A pool that is suspended or new has a dash.
      if (row[i, column] != "-")
        printf "%s{pool=\"%s\"} %.16g\n", name, row[i, 1], row[i, column] / scale
  }
  NF >= 6 { pools++; for (i = 1; i <= NF; i++) { sub(/%$/, "", $i); row[pools, i] = $i } }
  END {
    gauge("zfs_pool_size_bytes", "Size of the pool.", 2, 1)
    gauge("zfs_pool_allocated_bytes", "What is used of the pool.", 3, 1)
    gauge("zfs_pool_free_bytes", "What is free in the pool.", 4, 1)
    gauge("zfs_pool_fragmentation_ratio", "Fragmentation of the free space.", 5, 100)
    print "# HELP zfs_pool_health State of the pool: 1 for the one that it is in."
    print "# TYPE zfs_pool_health gauge"
    count = split("online degraded faulted offline unavail removed suspended", states, " ")
    for (i = 1; i <= pools; i++)
      for (s = 1; s <= count; s++)
        printf "zfs_pool_health{pool=\"%s\",state=\"%s\"} %d\n", row[i, 1], states[s],
          tolower(row[i, 6]) == states[s]
  }
'
