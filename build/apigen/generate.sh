#!/bin/sh
# Writes frontend/src/shared/api/schema.d.ts from backend/api/openapi.json.
set -eu
cd "$(dirname "$0")"
node_modules/.bin/openapi-typescript ../../backend/api/openapi.json \
  --output ../../frontend/src/shared/api/schema.d.ts
