# The verbs of this repository. Everything below needs only Rust, Go and Python 3.11.

PYTHON ?= python3

# Runs its arguments in the Python environment of the tests, which it makes first.
IN_VENV = PYTHONPATH=$(CURDIR)/tests $(PYTHON) -m local.venv

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- The local platform ------------------------------------------------------

.PHONY: up down status
up: ## Start the local platform: a Kubernetes control plane and the AWS emulator
	@$(IN_VENV) -m local up

down: ## Stop the local platform
	@$(IN_VENV) -m local down

status: ## Say whether the local platform is up and where
	@$(IN_VENV) -m local status || [ $$? -eq 3 ] # 3 is down, no failure of make

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
