#!/bin/sh
# Puts uv into .tools/ with nothing but the machine's Python, touching nothing outside this folder.
set -eu
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

if ! command -v "$python" >/dev/null 2>&1; then
    say "Python 3.11 or newer is needed: apt-get install python3"
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    say "Python 3.11 or newer is needed; $python is $("$python" -V 2>&1). Name another: make PYTHON=python3.12"
    exit 1
fi
if [ -x .tools/bin/uv ] && [ "$(.tools/bin/uv --version | cut -d' ' -f2)" = "$UV_VERSION" ]; then
    exit 0
fi
rm -rf .tools
mkdir -p .tools

# Debian leaves pip out of Python; its wheel comes in a package that needs no root to unpack.
pip_from_package() {
    (
        cd .tools
        apt-get download python3-pip-whl >/dev/null 2>&1 ||
            { [ "$(id -u)" = 0 ] && apt-get update >/dev/null 2>&1 && apt-get download python3-pip-whl >/dev/null 2>&1; }
    ) || return 1
    dpkg-deb -x .tools/python3-pip-whl_*.deb .tools/pip
    set -- .tools/pip/usr/share/python-wheels/pip-*.whl
    PIP="$python $1/pip"
}

if "$python" -m pip --version >/dev/null 2>&1; then
    PIP="$python -m pip"
elif ! pip_from_package; then
    say "pip is missing and could not be fetched. As root: apt-get update && apt-get install python3-pip"
    exit 1
fi
say "Fetching uv $UV_VERSION …"
# --prefix would be overruled on machines whose pip installs for the user by default.
$PIP install --quiet --disable-pip-version-check --no-warn-script-location --target .tools "uv==$UV_VERSION" ||
    { say "uv could not be installed; see above. Is the package index reachable?"; exit 1; }
[ -x .tools/bin/uv ] || { say "uv was installed without its program; remove .tools and try again."; exit 1; }
