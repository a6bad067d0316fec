#!/bin/sh
# Builds a Pulumi plugin from a Terraform provider: once to generate its schema, then for good.
set -eu
cp -r . "$WORK/src"
cd "$WORK/src"
echo '{}' > bridge/bridge-metadata.json
echo '{}' > plugin/schema.json
PULUMI_DISABLE_VERSION_CHECK=1 PULUMI_SKIP_MISSING_MAPPING_ERROR=1 PULUMI_SKIP_EXTRA_MAPPING_ERROR=1 \
  go run ./tfgen schema --out "$WORK/schema" --skip-docs --skip-examples
cp "$WORK/schema/bridge-metadata.json" bridge/
cp "$WORK/schema/schema.json" plugin/
go build -ldflags "-s -w" -o "$OUT/bin/pulumi-resource-$PLUGIN" ./plugin
