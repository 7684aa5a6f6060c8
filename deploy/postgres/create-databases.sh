#!/bin/sh
# Runs once, when the data volume is new: one role and its own databases for Temporal, one for us, so
# that neither can read or write what belongs to the other.
set -eu

: "${TEMPORAL_DB_PASSWORD:?TEMPORAL_DB_PASSWORD}"
: "${QINGLING_DB_PASSWORD:?QINGLING_DB_PASSWORD}"
export TEMPORAL_DB_PASSWORD QINGLING_DB_PASSWORD

# Passwords come by \getenv: they are in no command line and no log.
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" <<'SQL'
\getenv temporal_password TEMPORAL_DB_PASSWORD
\getenv qingling_password QINGLING_DB_PASSWORD

CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE ROLE qingling LOGIN PASSWORD :'qingling_password';

CREATE DATABASE temporal OWNER temporal TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE temporal_visibility OWNER temporal TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE qingling OWNER qingling TEMPLATE template0 ENCODING 'UTF8';

REVOKE CONNECT, TEMPORARY ON DATABASE temporal, temporal_visibility, qingling FROM PUBLIC;
SQL
