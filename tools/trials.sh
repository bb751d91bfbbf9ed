#!/usr/bin/env bash
# Runs the long trials of one name, one after the other, in a release build, and shows what they print.
#
#   tools/trials.sh bench|soak
#
# A trial is an `#[ignore]`d test in the module of that name in tests/it/. None at all is an error: a target
# that prints nothing and succeeds would be believed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

name="${1:-}"
case "$name" in
    bench | soak) ;;
    *)
        echo "usage: tools/trials.sh bench|soak" >&2
        exit 2
        ;;
esac
# The trials run the real program, so it is built first.
cargo build --release --locked --package daemon --package audit
run=(cargo test --release --locked --package tests --test it)
count=$("${run[@]}" -- --list --ignored "$name::" | grep -c ': test$' || true)
if [ "$count" -eq 0 ]; then
    echo "trials.sh: there is no ignored test in a module named $name" >&2
    exit 1
fi
exec "${run[@]}" -- --ignored --nocapture --test-threads=1 "$name::"
