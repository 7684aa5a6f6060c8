#!/bin/sh
# Brings Temporal's two databases to the schema of this image's version: from nothing, or from the
# version before. Safe to run at every start; between minor versions upgrade one at a time.
set -eu

: "${POSTGRES_HOST:=postgres}"
: "${POSTGRES_PORT:=5432}"
: "${TEMPORAL_DB_USER:=temporal}"
: "${SQL_PASSWORD:?TEMPORAL_DB_PASSWORD}" # read by temporal-sql-tool itself
export SQL_PASSWORD

bring_up_to_date() { # database, folder of its schema
    # The first call makes the version table and leaves a newer version alone; the second does the work.
    set -- "$2" temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_HOST" -p "$POSTGRES_PORT" \
        -u "$TEMPORAL_DB_USER" --db "$1"
    versions=$1
    shift
    "$@" setup-schema -v 0.0
    "$@" update-schema -d "/etc/temporal/schema/postgresql/v12/$versions/versioned"
}

bring_up_to_date temporal temporal
bring_up_to_date temporal_visibility visibility
echo "Temporal 数据库结构已就绪 | Temporal's schema is ready"
