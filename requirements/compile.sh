#!/bin/sh
# Locks the requirements: exact versions with hashes, for every Python from 3.11, without registry addresses.
# Needs uv on the PATH. The layer takes its versions from dev, so that what is tested is what is deployed.
set -eu
cd "$(dirname "$0")"
lock() {
    name=$1
    shift
    uv pip compile "$@" --quiet --universal --python-version 3.11 --generate-hashes --no-header \
        --no-emit-index-url --no-annotate "$name.in" --output-file "$name.txt"
}
lock dev
lock layer --constraint dev.txt
lock sam
lock bench
lock checks --constraint dev.txt
lock checkov
lock fuzz --constraint dev.txt
lock docs
