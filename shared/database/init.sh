#!/bin/sh
# Run once by the postgres image, on an empty data folder: a role and a database for each service.
set -eu
for service in points events gateway; do
    password=$(cat "/run/secrets/${service}_database_password")
    psql --set ON_ERROR_STOP=1 --set password="$password" --username "$POSTGRES_USER" <<SQL
CREATE ROLE $service LOGIN PASSWORD :'password';
CREATE DATABASE $service OWNER $service;
REVOKE CONNECT ON DATABASE $service FROM PUBLIC;
SQL
done
