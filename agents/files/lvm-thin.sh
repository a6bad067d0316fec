#!/bin/sh
# LVM-thin pools: a full one, or full metadata of one, stops every guest on it.
set -eu

pools=$(lvs --noheadings --separator '|' --units b --nosuffix \
  --select 'segtype=thin-pool' -o vg_name,lv_name,lv_size,data_percent,metadata_percent)
echo "$pools" | awk -F '|' '
  function gauge(name, help, column, scale,   i) {
    printf "# HELP %s %s\n# TYPE %s gauge\n", name, help, name
    for (i = 1; i <= pools; i++)
      # A pool that is not active has no percentages.
      if (row[i, column] != "")
        printf "%s{vg=\"%s\",pool=\"%s\"} %.16g\n", name, row[i, 1], row[i, 2], row[i, column] / scale
  }
  NF >= 5 { pools++; for (i = 1; i <= NF; i++) { gsub(/[ \t]/, "", $i); row[pools, i] = $i } }
  END {
    gauge("lvm_thin_pool_size_bytes", "Size of the pool.", 3, 1)
    gauge("lvm_thin_pool_data_used_ratio", "What is used of the pool.", 4, 100)
    gauge("lvm_thin_pool_metadata_used_ratio", "What is used of the room for metadata.", 5, 100)
  }
'
