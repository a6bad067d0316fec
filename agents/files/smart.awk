# Turns the text of `smartctl -H -A` of each disk, behind a line DEVICE name, into metrics.
function note(name, labels, value) {
  gsub(/[,%]/, "", value)
  if (!(name in lines)) order[++names] = name
  lines[name] = lines[name] sprintf("%s{device=\"%s\"%s} %s\n", name, device, labels, value)
}
function after_colon() { sub(/^[^:]*:[ \t]*/, ""); return $1 }
BEGIN {
  help["smartctl_device_smart_status"] = "Whether the disk holds itself to be sound."
  help["smartctl_device_standby"] = "Whether the disk sleeps and has not been asked."
  help["smartctl_device_temperature"] = "Temperature in degrees Celsius."
  help["smartctl_device_critical_warning"] = "Critical warnings of an NVMe disk, as bits."
  help["smartctl_device_available_spare"] = "Spare blocks that are left, in percent."
  help["smartctl_device_available_spare_threshold"] = "Spare blocks below which the disk warns, in percent."
  help["smartctl_device_percentage_used"] = "Wear of an NVMe disk, in percent of its rated life."
  help["smartctl_device_media_errors"] = "Errors of the medium that an NVMe disk has counted."
  help["smartctl_device_attribute"] = "Raw value of an attribute of an ATA disk."
  help["smartctl_device_power_on_seconds"] = "Time that the disk has been on."
}
$1 == "DEVICE" { device = $2; next }
/^Device is in .* mode/ { note("smartctl_device_standby", "", 1) }
/overall-health self-assessment test result:/ || /^SMART Health Status:/ {
  note("smartctl_device_smart_status", "", after_colon() ~ /^(PASSED|OK)/ ? 1 : 0)
}
/^Critical Warning:/ { note("smartctl_device_critical_warning", "", hex(after_colon())) }
/^Temperature:/ || /^Current Drive Temperature:/ { temperature(after_colon()) }
/^Available Spare:/ { note("smartctl_device_available_spare", "", after_colon()) }
/^Available Spare Threshold:/ { note("smartctl_device_available_spare_threshold", "", after_colon()) }
/^Percentage Used:/ { note("smartctl_device_percentage_used", "", after_colon()) }
/^Power On Hours:/ { power_on(after_colon()) }
/^Media and Data Integrity Errors:/ { note("smartctl_device_media_errors", "", after_colon()) }
# ID NAME FLAG VALUE WORST THRESH TYPE UPDATED WHEN_FAILED RAW
$1 ~ /^[0-9]+$/ && NF >= 10 && $3 ~ /^0x/ {
  raw = $10
  sub(/[^0-9].*/, "", raw)
  if (raw == "") next
  if ($1 == 194 || ($1 == 190 && !(device in warm))) temperature(raw)
  if ($1 == 9) power_on(raw)
  if ($1 ~ /^(5|10|184|187|188|196|197|198|199)$/)
    note("smartctl_device_attribute", sprintf(",attribute_id=\"%s\",attribute_name=\"%s\"", $1, $2), raw)
}
function temperature(value) {
  if (!(device in warm)) note("smartctl_device_temperature", ",temperature_type=\"current\"", value)
  warm[device] = 1
}
function power_on(hours) {
  gsub(/,/, "", hours)
  note("smartctl_device_power_on_seconds", "", hours * 3600)
}
function hex(text,   value, i) {
  text = tolower(text)
  sub(/^0x/, "", text)
  for (i = 1; i <= length(text); i++)
    value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
  return value + 0
}
END {
  for (i = 1; i <= names; i++)
    printf "# HELP %s %s\n# TYPE %s gauge\n%s", order[i], help[order[i]], order[i], lines[order[i]]
}
