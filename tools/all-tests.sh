#!/usr/bin/env bash
# Runs all tests of the workspace, the stories in a browser beside everything else.
#
# A story waits for pages most of the time, and one is told after another; side by side with the other tests they take no
# longer than those. What they print comes last.
set -euo pipefail

cargo test --workspace --locked --no-run
stories=$(mktemp)
trap 'rm -f "$stories"' EXIT
cargo test --workspace --locked --test it -- browser:: >"$stories" 2>&1 &
telling=$!
status=0
# Whatever fails, the others are heard as well. Most tests wait for a disk, a server or a clock: one more at a time than there are
# processors.
threads=$(($(nproc) + 1))
cargo test --workspace --locked --no-fail-fast -- --skip browser:: --test-threads="$threads" || status=$?
wait "$telling" || status=$?
cat "$stories"
exit "$status"
