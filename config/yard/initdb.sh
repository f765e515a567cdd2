#!/bin/sh
# Run by the postgres image on its first start: makes the roles and the database of bootstrap.sql.
set -eu
psql --username "$POSTGRES_USER" --dbname postgres --set=password="$DATABASE_PASSWORD" --file=/bootstrap.sql
