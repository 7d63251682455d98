#!/bin/bash
# Writes the broker's definitions with one user for each service (passwords from the environment) and starts the broker.
# The broker loads them at every start, so an empty volume or a changed password needs no other step.
set -euo pipefail

hashed() { # PASSWORD → RabbitMQ's form: base64(salt + sha256(salt + password))
  local salt digest
  salt=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
  digest=$({ unhex "$salt"; printf %s "$1"; } | sha256sum | cut -d ' ' -f 1)
  unhex "$salt$digest" | base64 -w 0
}

unhex() { # HEX → bytes
  printf "$(sed 's/../\\x&/g' <<<"$1")"
}

user() { # NAME PASSWORD TAG
  local form='{"name":"%s","password_hash":"%s","hashing_algorithm":"rabbit_password_hashing_sha256","tags":"%s"}'
  printf "$form" "$1" "$(hashed "$2")" "$3"
}

users=$(user operator "${OPERATOR_BROKER_PASSWORD:?is not set}" administrator)
for service in identity catalogue enrollment notifier; do
  name="${service^^}_BROKER_PASSWORD"
  users+=",$(user "$service" "${!name:?is not set}" "")"
done
umask 077
sed "s|\"users\": \[\]|\"users\": [$users]|" /etc/parcourspro/definitions.json >/etc/rabbitmq/definitions.json
chown rabbitmq /etc/rabbitmq/definitions.json
unset OPERATOR_BROKER_PASSWORD
unset IDENTITY_BROKER_PASSWORD CATALOGUE_BROKER_PASSWORD ENROLLMENT_BROKER_PASSWORD NOTIFIER_BROKER_PASSWORD
exec docker-entrypoint.sh rabbitmq-server
