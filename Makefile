# `make help` explains. Every target sets up what it needs.
SHELL := /bin/sh
PYTHON ?= python3
PY := .venv/bin/python
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never
# What this machine trusts, a company's own certificates among it; uv's own list where it has none.
export UV_SYSTEM_CERTS := $(if $(wildcard /etc/ssl/certs/ca-certificates.crt),true,false)

.PHONY: help setup run demo-full test lint types imports format unit bench manage secrets clean

help: ## Show this
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.ready ## Install everything into this folder (.tools, .venv)

.venv/.ready: pyproject.toml uv.lock .ci/bootstrap.sh
	@PYTHON=$(PYTHON) .ci/bootstrap.sh
	@.tools/bin/uv sync --frozen --quiet --python $(PYTHON)
	@touch $@

run: setup ## Start the whole suite with a small demo city (PORT=8000 VAR_DIR=var)
	@exec $(PY) -m shared.embedded.run

demo-full: setup ## Start it with the full city: 342 units, 10,000 branches, 200,000 members
	@VAR_DIR=$${VAR_DIR:-var-full} DEMO=full exec $(PY) -m shared.embedded.run

test: setup lint types imports ## Set up and run all checks and tests
	@.ci/browser.sh
	@$(PY) -m pytest -n 2 --dist loadgroup

lint: setup ## Check style
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/ruff check --quiet .

types: setup ## Check types
	@.venv/bin/mypy

imports: setup ## Check that layers import in one direction
	@.venv/bin/lint-imports

format: setup ## Format the code and mend what can be mended
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

unit: setup ## Run the quick tests only
	@$(PY) -m pytest -m 'not browser and not journey and not fault'

bench: setup ## Measure CPU per request of every process, against a bare Flask hello and bare SQL
	@$(PY) -m tests.bench

manage: setup ## Run a service's command line: make manage S=points A="dead-letters list"
	@. $${VAR_DIR:-var}/env/$(S).env && $(PY) -m services.$(S).manage $(A)

secrets: setup ## Make the secrets that docker-compose.yml names
	@.ci/secrets.sh

clean: ## Remove what was installed and built; data in var/ stays
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
