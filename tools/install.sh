#!/usr/bin/env bash
# Installs what is missing for `make run` or `make test` on Debian, and nothing that is there already.
#
#   tools/install.sh run     a C compiler and linker, for the crates that hold C (ring, SQLite); time zones; Node and npm,
#                            which make the pages' style sheet and scripts
#   tools/install.sh test    the same, and PostgreSQL, Postfix, swaks, Dovecot, ClamAV, Python with its own tests, and Go, which
#                            the tests start themselves, strace and libfiu, with which they watch and fail system calls,
#                            Chromium and a font like Arial, in which they open the pages, Python libraries in
#                            target/python, the test data of others in target/corpora and cargo-deny in target/tools
#   tools/install.sh soak    the same, and cargo-fuzz in target/tools; the nightly compiler that it needs must be there
#
# With nothing missing it touches neither apt nor the network. It never starts or needs a service.
set -euo pipefail

purpose="${1:-}"
case "$purpose" in
    run | test) ;;
    # All that the tests need is needed for the long trials.
    soak)
        tools="$(dirname "${BASH_SOURCE[0]}")"
        "$tools/install.sh" test
        cd "$tools/.."
        if ! cargo +nightly --version >/dev/null 2>&1; then
            echo "install.sh: fuzzing needs a nightly compiler: rustup toolchain install nightly --profile minimal" >&2
            exit 1
        fi
        wanted=0.13.2
        if ! target/tools/bin/cargo-fuzz --version 2>/dev/null | grep -qF " $wanted"; then
            echo "install.sh: building cargo-fuzz $wanted into target/tools" >&2
            cargo install --quiet --locked --version "$wanted" --root target/tools cargo-fuzz
        fi
        exit
        ;;
    *)
        echo "usage: tools/install.sh run|test|soak" >&2
        exit 2
        ;;
esac

missing=()
have() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }

have cc && have make || missing+=(build-essential)
[ -e /usr/share/zoneinfo/Europe/London ] || missing+=(tzdata)
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
have node || missing+=(nodejs)
have npm || missing+=(npm)
if [ "$purpose" = test ]; then
    have chromium || missing+=(chromium)
    # Without it "Arial" is a font of other widths, and what fits at 320 px is another question.
    compgen -G '/usr/share/fonts/truetype/liberation*/LiberationSans-Regular.ttf' >/dev/null || missing+=(fonts-liberation2)
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
    have postfix || missing+=(postfix)
    have swaks || missing+=(swaks)
    have clamd || missing+=(clamav-daemon)
    have dovecot || missing+=(dovecot-core)
    [ -x /usr/lib/dovecot/imap ] || missing+=(dovecot-imapd)
    have python3 || missing+=(python3)
    [ -e /usr/lib/python3/dist-packages/dkim ] || missing+=(python3-dkim)
    # Python's own messages; without a Python to ask, Debian 12's.
    compgen -G '/usr/lib/python3*/test/test_email/data/msg_01.txt' >/dev/null ||
        missing+=("libpython$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || echo 3.11)-testsuite")
    have strace || missing+=(strace)
    have fiu-run || missing+=(fiu-utils)
    # A Debian without this package has the module and no pip for it to install.
    /usr/bin/python3 -c 'import ensurepip' >/dev/null 2>&1 || missing+=(python3-venv)
    [ -x /usr/bin/go ] || missing+=(golang-go)
    [ -e /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ] || missing+=(golang-golang-x-mod-dev)
fi

if [ "${#missing[@]}" -gt 0 ]; then
    if ! have apt-get; then
        echo "install.sh: missing: ${missing[*]}. This script knows Debian's apt-get only; install them by hand." >&2
        exit 1
    fi
    as_root=(env)
    if [ "$(id -u)" -ne 0 ]; then
        if ! have sudo; then
            echo "install.sh: missing: ${missing[*]}. Run once as root, or install sudo." >&2
            exit 1
        fi
        as_root=(sudo env)
    fi
    as_root+=(DEBIAN_FRONTEND=noninteractive)
    echo "install.sh: installing ${missing[*]}" >&2
    "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 -qq update
    for package in "${missing[@]}"; do
        # The tests start a scanner of their own; Debian's would run beside it and fetch signatures from the network.
        if [ "$package" = clamav-daemon ] && [ -d /run/systemd/system ]; then
            "${as_root[@]}" systemctl mask --quiet clamav-daemon clamav-freshclam
        fi
        if [ "$package" = postfix ]; then
            # Left alone, Debian's default would listen for mail from the whole network.
            printf '%s\n' \
                'postfix postfix/main_mailer_type select Local only' \
                'postfix postfix/mailname string localhost' | "${as_root[@]}" debconf-set-selections
        fi
    done
    "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 -qq -y --no-install-recommends install "${missing[@]}"
fi

if ! have cargo; then
    echo "install.sh: cargo is missing. Install Rust (see rust-version in Cargo.toml), then run this again." >&2
    exit 1
fi
if [ "$purpose" = test ]; then
    for component in rustfmt clippy; do
        tool=$component
        [ "$tool" = clippy ] && tool=cargo-clippy
        "$tool" --version >/dev/null 2>&1 && continue
        if ! have rustup; then
            echo "install.sh: $component is missing, and there is no rustup to add it." >&2
            exit 1
        fi
        rustup component add "$component"
    done
fi

# What an independent program of the tests needs from PyPI, by its hashes; made anew when the list has changed.
if [ "$purpose" = test ]; then
    cd "$(dirname "${BASH_SOURCE[0]}")/.."
    wanted=tests/independent/requirements.txt
    if ! cmp -s "$wanted" target/python/installed.txt; then
        echo "install.sh: installing what tests/independent/requirements.txt names into target/python" >&2
        rm -rf target/python
        /usr/bin/python3 -m venv target/python
        target/python/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
            --no-binary sslyze -r "$wanted"
        cp "$wanted" target/python/installed.txt
    fi
fi

# Sources from PyPI, by their hashes, for the messages and the suites of tests in them, and run from where they are unpacked.
if [ "$purpose" = test ]; then
    wanted=tests/independent/sources.txt
    if ! cmp -s "$wanted" target/corpora/installed.txt; then
        echo "install.sh: unpacking the sources of pyspf, dkimpy and authheaders into target/corpora" >&2
        rm -rf target/corpora
        mkdir -p target/corpora
        target/python/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
            --no-binary :all: --dest target/corpora -r "$wanted"
        for archive in target/corpora/*.tar.gz; do
            tar -xzf "$archive" -C target/corpora
        done
        cp "$wanted" target/corpora/installed.txt
    fi
fi

# Not in Debian, and PyPI's is years behind the form of deny.toml; built from source once.
if [ "$purpose" = test ]; then
    wanted=0.20.2
    if ! target/tools/bin/cargo-deny --version 2>/dev/null | grep -qF " $wanted"; then
        echo "install.sh: building cargo-deny $wanted into target/tools" >&2
        # It runs for a second: what making it fast would cost, it never earns.
        CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
            cargo install --quiet --locked --version "$wanted" --root target/tools cargo-deny
    fi
fi
