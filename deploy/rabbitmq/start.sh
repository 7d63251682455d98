#!/bin/bash
# Writes the broker's definitions with a user for each …_BROKER_PASSWORD in the environment, and starts the broker, or
# runs its arguments. The broker loads them at every start, so an empty volume or a changed password needs no other step.
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

users=""
for password_name in $(compgen -A export | grep '_BROKER_PASSWORD$'); do
  name="${password_name%_BROKER_PASSWORD}"
  tag=""
  [ "$name" != OPERATOR ] || tag=administrator
  users+="${users:+,}$(user "${name,,}" "${!password_name:?is not set}" "$tag")"
  unset "$password_name"
done
umask 077
sed "s|\"users\": \[\]|\"users\": [$users]|" /etc/parcourspro/definitions.json >/run/parcourspro/definitions.json
[ "$(id -u)" != 0 ] || chown -R rabbitmq /run/parcourspro
[ $# -gt 0 ] || set -- docker-entrypoint.sh rabbitmq-server
exec "$@"
