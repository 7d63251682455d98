#!/bin/bash
# Runs once, when the volume is empty. For each service: a database, its owner (migrates), and the role that runs (no DDL).
# Nobody else may connect: what PostgreSQL grants to PUBLIC is taken back.
set -euo pipefail

for service in identity catalogue enrollment notifier; do
  # the passwords go from the environment into SQL literals, never onto a command line
  export SERVICE_PASSWORD_NAME="${service^^}_DATABASE_PASSWORD" OWNER_PASSWORD_NAME="${service^^}_DATABASE_OWNER_PASSWORD"
  export SERVICE_PASSWORD="${!SERVICE_PASSWORD_NAME:?is not set}" OWNER_PASSWORD="${!OWNER_PASSWORD_NAME:?is not set}"
  psql -v ON_ERROR_STOP=1 -v service="$service" -v owner="${service}_owner" -U "$POSTGRES_USER" -d postgres -q <<'SQL'
\getenv service_password SERVICE_PASSWORD
\getenv owner_password OWNER_PASSWORD
CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE :"service" LOGIN PASSWORD :'service_password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE DATABASE :"service" OWNER :"owner";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"service" TO :"service";
-- A process frozen inside a transaction loses it, and the row locks with it. A frozen relay, which is idle outside of one, loses its
-- advisory lock by the idle_session_timeout that the relay sets on its own session: here it would cut the idle connections of every pool.
ALTER ROLE :"service" SET idle_in_transaction_session_timeout = '30s';
\connect :"service"
ALTER SCHEMA public OWNER TO :"owner";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SQL
done

psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -q <<'SQL'
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
SQL
