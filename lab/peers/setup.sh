#!/bin/sh
# Makes lab/peers/.venv with the peers. One that cannot be installed is named loudly and left out; its rows then have no peer.
# libais is built from source: it needs a C++ compiler and takes some minutes.
set -u
cd "$(dirname "$0")" || exit 1
[ -x .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv || exit 1
failed=0
for peer in $(grep -v '^#' requirements.txt); do
    if ! .venv/bin/pip install --quiet --disable-pip-version-check "$peer"; then
        echo "NOT INSTALLED: $peer" >&2
        failed=1
    fi
done
exit $failed
