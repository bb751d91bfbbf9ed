# Every target sets up by itself and needs no service that happens to be running.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test assets bench soak deny

# Where rustup puts cargo, for a shell that has not read its profile.
export PATH := $(PATH):$(HOME)/.cargo/bin

help: ## what there is
	@sed -n 's/^\([a-z]*\): ## \(.*\)/make \1\t\2/p' Makefile | expand -t 14

run: ## install what is missing, build, and run the demo until Ctrl-C
	tools/install.sh run
	$(MAKE) assets
	cargo build --release --locked --package daemon --package audit
	target/release/gateway demo

test: ## install what is missing, then libraries, format, clippy and all tests on SQLite and PostgreSQL
	tools/install.sh test
	$(MAKE) assets
	npm ci --silent --prefix tests/browser
	npm ci --silent --prefix tests/provider
	npm ci --silent --ignore-scripts --omit=optional --prefix tests/observatory
	$(MAKE) deny
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo build --locked --package daemon --package audit
	tools/with-postgres.sh tools/all-tests.sh

assets: ## make style sheet and scripts of the pages in var/assets, of two pinned libraries and templates/assets
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "make assets: node or npm is missing: tools/install.sh run installs them" >&2; exit 1; }
	npm ci --silent --prefix tools/assets
	node tools/make-assets.mjs

bench: ## print the benchmark tables (takes minutes)
	tools/install.sh test
	tools/with-postgres.sh tools/trials.sh bench

soak: ## run the long trials and print their figures, then fuzz for FUZZ_SECONDS a target (takes long)
	tools/install.sh soak
	tools/with-postgres.sh tools/trials.sh soak
	tools/fuzz.sh

deny: ## check the libraries' licences and sources and that no banned one came in
	tools/install.sh test
	target/tools/bin/cargo-deny --locked check bans licenses sources
