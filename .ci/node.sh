#!/bin/sh
# Runs a command with Node 20 or newer: the machine's own, or else the one in a Python wheel.
#   .ci/node.sh npm ci
set -eu
root=$(CDPATH= cd -- "$(dirname "$0")/.." && pwd)

fits() {
    command -v npm >/dev/null 2>&1 &&
        node -e 'process.exit(Number(Number(process.versions.node.split(".")[0]) < 20))' 2>/dev/null
}

if ! fits; then
    [ -x "$root/.venv/bin/npm" ] ||
        (cd "$root" && .tools/bin/uv sync --frozen --quiet --group node)
    PATH="$root/.venv/bin:$PATH"
    export PATH
    fits || { echo "Node 20 or newer is needed and could not be installed." >&2; exit 1; }
fi
# Without CI the vendor's command line reports a hash of the machine's address.
CI=true exec "$@"
