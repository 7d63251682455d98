#!/bin/sh
# sh requirements/install.sh PYTHON FILE: install what FILE pins into the virtual environment of PYTHON.
# `make` and the images use it.
#
# Nothing is resolved (--no-deps): the pins are complete, and `pip check` fails if they are not. Pip before 23.3, which
# the first releases of Python 3.11 and 3.12 bring, takes an extra such as coverage[toml] from the newest release
# instead of the pin. Nothing is built (--only-binary, --no-build): what a build needs would not be pinned.
set -eu
python=$1
requirements=$2

with_pip() {
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r "$1"
}

# uv takes seconds where pip takes a minute, but it does not read pip's settings
with_uv() {
    with_pip "${0%/*}/uv.txt" || return
    [ -z "${PIP_INDEX_URL:-}" ] || export UV_DEFAULT_INDEX="$PIP_INDEX_URL"
    "$python" -m uv pip install --quiet --python "$python" --no-deps --require-hashes --no-build -r "$requirements"
}

with_uv || {
    echo "uv could not install $requirements; pip installs it, which takes longer." >&2
    with_pip "$requirements"
}
"$python" -m pip check --disable-pip-version-check
