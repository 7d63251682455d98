#!/bin/bash
# Runs once, when the volume is empty. For each …_DATABASE_OWNER_PASSWORD in the environment, it creates the database of
# that service, its owner (runs migrations) and its running role (no DDL). No other role may connect, because the default
# rights of PUBLIC are revoked.
set -euo pipefail

for owner_password_name in $(compgen -A export | grep '_DATABASE_OWNER_PASSWORD$'); do
  service="${owner_password_name%_DATABASE_OWNER_PASSWORD}"
  password_name="${service}_DATABASE_PASSWORD"
  service="${service,,}"
  # psql reads the passwords from the environment, so that they are on no command line
  export SERVICE_PASSWORD="${!password_name:?is not set}" OWNER_PASSWORD="${!owner_password_name:?is not set}"
  psql -v ON_ERROR_STOP=1 -v service="$service" -v owner="${service}_owner" -U "$POSTGRES_USER" -d postgres -q <<'SQL'
\getenv service_password SERVICE_PASSWORD
\getenv owner_password OWNER_PASSWORD
CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE :"service" LOGIN PASSWORD :'service_password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE DATABASE :"service" OWNER :"owner";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"service" TO :"service";
-- If a process freezes inside a transaction, PostgreSQL ends the transaction and releases its row locks. A relay is
-- idle outside a transaction; it sets idle_session_timeout on its own session, so that a frozen relay loses its
-- advisory lock. That timeout is not set here, because it would close the idle connections of every pool.
ALTER ROLE :"service" SET idle_in_transaction_session_timeout = '30s';
\connect :"service"
ALTER SCHEMA public OWNER TO :"owner";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SQL
done

psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -q <<'SQL'
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
SQL
