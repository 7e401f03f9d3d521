# The verbs of this repository. Everything below needs only Rust, Go and Python 3.11.

PYTHON ?= python3

# Runs its arguments in the Python environment of the tests, which it makes first.
IN_VENV = PYTHONPATH=$(CURDIR)/tests $(PYTHON) -m local.venv

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show these verbs
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- The local platform ------------------------------------------------------

.PHONY: up down status approve
up: ## Start the local platform: a Kubernetes control plane, the AWS emulator, an identity provider
	@$(IN_VENV) -m local up

down: ## Stop the local platform
	@$(IN_VENV) -m local down

status: ## Say whether the local platform is up and where
	@$(IN_VENV) -m local status || [ $$? -eq 3 ] # 3 is down, no failure of make

approve: ## Log in at the local identity provider: CODE=ABCD-EFGH AS=ann, with a second factor
	@$(IN_VENV) -m local approve --code=$(CODE) --user=$(or $(AS),ann)

# --- The demo ----------------------------------------------------------------

.PHONY: demo demo-down
demo: ## One client onboarded, a file loaded, a careless administrator, a recovery drill; KEEP=1 leaves it running
	@$(IN_VENV) -m demo $(if $(KEEP),--keep)

IMAGES = target/images
.PHONY: images demo-image
images: ## Build the OCI images for amd64 and arm64: target/images (half an hour on two cores)
	images/build $(IMAGES)

demo-image: build images ## The demo, with operator, upload API and door out of these images
	rm -rf $(IMAGES)/root
	for program in cloister cloister-upload-api cloister-door; do \
		(cd images/assemble && go run . extract -layout $(abspath $(IMAGES))/$$program -platform linux/amd64 \
			-out $(abspath $(IMAGES))/root/$$program) || exit 1; \
	done
	CLOISTER_BINARY=$(abspath $(IMAGES))/root/cloister/cloister \
		CLOISTER_UPLOAD_API_BINARY=$(abspath $(IMAGES))/root/cloister-upload-api/cloister-upload-api \
		CLOISTER_DOOR_BINARY=$(abspath $(IMAGES))/root/cloister-door/cloister-door $(IN_VENV) -m demo

demo-down: ## Stop a demo that was left running
	@$(IN_VENV) -m local down --directory .local/demo

# --- Python ------------------------------------------------------------------

.PHONY: venv requirements
venv: ## Make the Python environment of the tests and print where it is
	@$(IN_VENV)

PIP_TOOLS = target/pip-tools/bin
PIP_TOOLS_VERSION = 7.6.2
requirements: ## Pin tests/requirements.in anew, with hashes
	$(PYTHON) -m venv target/pip-tools
	$(PIP_TOOLS)/pip install --quiet pip-tools==$(PIP_TOOLS_VERSION)
	$(PIP_TOOLS)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
		--no-header --no-emit-find-links --no-emit-index-url --no-emit-trusted-host \
		--output-file tests/requirements.txt tests/requirements.in

# --- Building ----------------------------------------------------------------

.PHONY: build generate
build: ## Build the operator, the upload API, the command for uploads and the door
	cargo build --locked -p cloister -p cloister-upload-api -p cloister-upload -p cloister-door

generate: build ## Write anew what is made from the code
	$(CARGO_BIN)/cloister crds > crds/cloister.dev.yaml
	$(IN_VENV) -m docs.reference $(CARGO_BIN)/cloister
	@$(IN_VENV) -m argocd.configmap
	cp crds/cloister.dev.yaml charts/cloister/files/crds.yaml # Helm reads nothing beside a chart
	cp crds/admission.yaml charts/cloister/files/admission.yaml

CARGO_BIN = $(or $(CARGO_TARGET_DIR),target)/debug

# --- The documents -----------------------------------------------------------

MDBOOK_VERSION = 0.5.4
MDBOOK = $(or $(CLOISTER_CACHE),$(HOME)/.cache/cloister)/mdbook-$(MDBOOK_VERSION)
.PHONY: docs
docs: $(MDBOOK)/bin/mdbook ## Build the documents as a site: target/book/index.html
	$< build docs

$(MDBOOK)/bin/mdbook:
	cargo install --quiet --locked --root $(MDBOOK) --version $(MDBOOK_VERSION) \
		--no-default-features --features search mdbook

# --- Checking ----------------------------------------------------------------

.PHONY: test test-rust test-python lint lint-rust lint-python lint-chart deny
test: test-rust test-python ## Run all tests

test-rust:
	cargo test --locked --workspace

# Most of a test's time is waiting; a file's tests share their world and stay on one worker.
TEST_WORKERS ?= 3
test-python: build
	cd tests && $(IN_VENV) -m local.suite --numprocesses $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: e2e
e2e: build ## Run the end-to-end tests alone; UPDATE_GOLDEN=1 accepts other AWS calls
	cd tests && $(IN_VENV) -m pytest e2e

lint: lint-rust lint-python lint-chart deny ## Formatting, clippy, ruff, mypy, helm lint, licences

lint-rust:
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked --workspace --test emulator -- -D warnings # which no other test run includes

PYTHONS = . ../etl ../examples/claims-dashboard
lint-python:
	cd tests && $(IN_VENV) -m ruff check $(PYTHONS) && $(IN_VENV) -m ruff format --check $(PYTHONS) && $(IN_VENV) -m mypy $(PYTHONS)

lint-chart:
	$$($(IN_VENV) -c "from local import binaries; print(binaries.helm())" | tail -n 1) lint --strict charts/cloister

CARGO_DENY_VERSION = 0.20.2
CARGO_DENY = $(or $(CLOISTER_CACHE),$(HOME)/.cache/cloister)/cargo-deny-$(CARGO_DENY_VERSION)
deny: $(CARGO_DENY)/bin/cargo-deny
	$< check bans licenses sources

$(CARGO_DENY)/bin/cargo-deny:
	cargo install --quiet --locked --root $(CARGO_DENY) --version $(CARGO_DENY_VERSION) cargo-deny

CARGO_FUZZ_VERSION = 0.13.2
CARGO_FUZZ = $(or $(CLOISTER_CACHE),$(HOME)/.cache/cloister)/cargo-fuzz-$(CARGO_FUZZ_VERSION)
FUZZ_SECONDS ?= 60
.PHONY: fuzz
fuzz: $(CARGO_FUZZ)/bin/cargo-fuzz ## Fuzz the SQL builder and what the upload API reads, for FUZZ_SECONDS (60) each
	# libFuzzer's coverage is an unstable flag of the compiler; the sanitizers would need a nightly one.
	cd operator/core && RUSTC_BOOTSTRAP=1 $< run --sanitizer none statements -- \
		-max_total_time=$(FUZZ_SECONDS) -max_len=32 -print_final_stats=1
	mkdir -p upload/api/fuzz/corpus/requests
	cd upload/api && RUSTC_BOOTSTRAP=1 $< run --sanitizer none requests fuzz/corpus/requests fuzz/seeds -- \
		-max_total_time=$(FUZZ_SECONDS) -max_len=4096 -print_final_stats=1

$(CARGO_FUZZ)/bin/cargo-fuzz:
	cargo install --quiet --locked --root $(CARGO_FUZZ) --version $(CARGO_FUZZ_VERSION) cargo-fuzz

.PHONY: bench
bench: ## Print the figures that the operator, the upload API and the door are held to; ONLY=door is one of them
	cargo build --locked --release -p cloister -p cloister-upload-api -p cloister-door
	cd tests && CLOISTER_BINARY=$(RELEASE)/cloister CLOISTER_UPLOAD_API_BINARY=$(RELEASE)/cloister-upload-api \
		CLOISTER_DOOR_BINARY=$(RELEASE)/cloister-door $(IN_VENV) -m bench $(ONLY)

.PHONY: bench-upload
bench-upload: ## Compare cloister-upload with aws-cli and rclone of Debian, on one S3 server
	cargo build --locked --release -p cloister-upload
	cd tests && CLOISTER_UPLOAD_BINARY=$(RELEASE)/cloister-upload $(IN_VENV) -m bench.uploads

RELEASE = $(abspath $(or $(CARGO_TARGET_DIR),target))/release
