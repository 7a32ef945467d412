#!/bin/sh
# Makes .venv from requirements.lock, or leaves it alone when it already agrees with the lock.
# Usage: tools/make_env.sh PYTHON VENV
set -eu
python=$1
venv=$2
export PIP_DISABLE_PIP_VERSION_CHECK=1

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    found=$("$python" --version 2>&1) || found="nothing that runs"
    echo "srhm needs Python 3.11 or newer, but '$python' is $found: try e.g. make PYTHON=python3.12" >&2
    exit 1
}

# What the environment was made from; a checkout that moved makes its scripts useless too.
wanted=$(pwd; "$python" --version; cat requirements.lock pyproject.toml)
[ -f "$venv/made-from" ] && [ "$(cat "$venv/made-from")" = "$wanted" ] && exit 0

echo "Making $venv from requirements.lock (a few minutes, and up to 6 GB, the first time) ..."
if [ "$(head -n 1 "$venv/made-from" 2>/dev/null)" != "$(pwd)" ]; then
    rm -rf "$venv"
    "$python" -m venv "$venv" >"$venv.log" 2>&1 || {
        echo "$python cannot make an environment: on Debian and Ubuntu, apt-get install python3-venv" >&2
        exit 1
    }
    rm -f "$venv.log"
fi
"$venv/bin/python" -m pip install -qq -r requirements.lock
# No isolation: the lock holds setuptools, so the build needs no second download.
"$venv/bin/python" -m pip install -qq --no-deps --no-build-isolation -e .
"$venv/bin/python" -c 'import torchvision' 2>/dev/null || {
    echo "Note: torch is here in another build than the one this torchvision was compiled for, and a"
    echo "plain 'import torchvision' fails in $venv. srhm does without what is missing; for code of"
    echo "your own see 'Images' in README.md."
} >&2
printf '%s\n' "$wanted" >"$venv/made-from"
