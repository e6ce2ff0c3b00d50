#!/bin/sh
# Makes the secrets that docker-compose.yml names, in secrets/, leaving what is already there.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
keep() { [ -s "secrets/$1" ] || printf %s "$2" > "secrets/$1"; }

keep postgres_password "$(random)"
for service in points events gateway; do
    keep "${service}_database_password" "$(random)"
    password=$(cat "secrets/${service}_database_password")
    keep "${service}_database_url" "postgresql+psycopg://$service:$password@postgres:5432/$service"
done
keep code_key "$(random)"
keep field_key "$(random)"
keep openid_key "$(random)"
keep wechat_templates.json "{}"
.venv/bin/python -m services.gateway.manage keys \
    --private-key secrets/token_private_key.pem --public-keys secrets/token_public_keys.json
for file in wechat_app_secret tls_certificate.pem tls_key.pem; do
    [ -s "secrets/$file" ] || echo "still to come from you: secrets/$file"
done
# The containers' user is not this one and must read the files; the folder, which is never mounted,
# keeps everybody else on this machine away from them.
chmod 644 secrets/*
chmod 700 secrets
