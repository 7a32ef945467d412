#!/bin/sh
# Rewrites requirements.lock: what pip resolves today for pyproject.toml with its extras
# `book`, `images` and `test`, tried in an environment of its own.   Usage: tools/make_lock.sh PYTHON
set -eu
python=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1

"$python" -m venv "$folder/env"
# torch stays where the lock has it: a new one is a decision, not a side effect.
grep '^torch==' requirements.lock >"$folder/constraints.txt"
"$folder/env/bin/pip" install -qq -c "$folder/constraints.txt" "setuptools>=77" ".[book,images,test]"

{
    sed -n '/^#/p' requirements.lock
    # Local version labels (+cpu, +cu130) name a build, not a version; CUDA's parts follow torch.
    "$folder/env/bin/pip" freeze --all |
        sed -E 's/(==[^+ ]*)\+.*/\1/' |
        grep -v -i -E '^(pip|srhm|nvidia-.*|triton|cuda-.*)( @ .*|==.*)$'
} >"$folder/requirements.lock"
cp "$folder/requirements.lock" requirements.lock.tmp  # the lock itself is replaced in one step
mv requirements.lock.tmp requirements.lock
echo "requirements.lock holds $(grep -c == requirements.lock) packages"
