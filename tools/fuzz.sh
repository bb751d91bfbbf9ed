#!/usr/bin/env bash
# Feeds the targets of tests/fuzz for FUZZ_SECONDS each (an hour, when it is not set), one after the other.
#
#   FUZZ_SECONDS=600 tools/fuzz.sh [TARGET...]
#
# An input has two seconds of the processor's time, and thirty by the clock. It goes on where it stopped: what led somewhere new
# is kept in var/fuzz/TARGET. A finding ends it with an error and lies in var/fuzz/findings; mend it and keep it as a
# regression test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds="${FUZZ_SECONDS:-3600}"
[ "$#" -gt 0 ] || set -- door dsn message threading
export PATH="$PWD/target/tools/bin:$PATH"
mkdir -p var/fuzz/findings
for target in "$@"; do
    mkdir -p "var/fuzz/$target"
    echo "fuzz.sh: $target for $seconds s"
    cargo +nightly fuzz run -O --fuzz-dir tests/fuzz --target-dir target/fuzz "$target" "var/fuzz/$target" "tests/fuzz/seeds/$target" -- \
        -max_total_time="$seconds" -timeout=30 -print_final_stats=1 -print_funcs=0 -print_pcs=0 -verbosity=0 \
        -artifact_prefix="var/fuzz/findings/$target-"
done
