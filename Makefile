# `make help` explains. Every target sets up what it needs.
SHELL := /bin/sh
PYTHON ?= python3
PY := .venv/bin/python
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never
# What this machine trusts, a company's own certificates among it; uv's own list where it has none.
export UV_SYSTEM_CERTS := $(if $(wildcard /etc/ssl/certs/ca-certificates.crt),true,false)

FRONTENDS := services/gateway/frontends
APP := $(FRONTENDS)/miniprogram
SHARED_SOURCES := $(shell find $(FRONTENDS)/api $(FRONTENDS)/build -type f)
APP_SOURCES := $(SHARED_SOURCES) $(shell find $(APP) -type f -not -path '*/node_modules/*' -not -path '*/dist/*')
CONSOLE := $(FRONTENDS)/console
CONSOLE_SOURCES := $(SHARED_SOURCES) $(shell find $(CONSOLE) -type f -not -path '*/node_modules/*' -not -path '*/dist/*')

.PHONY: help setup frontends run demo-full test lint types imports format api-types unit bench manage secrets clean app-checks mini-program

help: ## Show this
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.ready ## Install everything into this folder (.tools, .venv)

.venv/.ready: pyproject.toml uv.lock .ci/bootstrap.sh
	@PYTHON=$(PYTHON) .ci/bootstrap.sh
	@.tools/bin/uv sync --frozen --quiet --python $(PYTHON)
	@touch $@

frontends: $(FRONTENDS)/built/m/index.html $(FRONTENDS)/built/console/index.html ## Build the front ends with the machine's Node, or one from a wheel

$(APP)/node_modules/.ready: $(APP)/package-lock.json .ci/node.sh | .venv/.ready
	@cd $(APP) && $(CURDIR)/.ci/node.sh npm ci --loglevel=error
	@touch $@

$(FRONTENDS)/built/m/index.html: $(APP)/node_modules/.ready $(APP_SOURCES)
	@cd $(APP) && $(CURDIR)/.ci/node.sh npm run --silent build
	@rm -rf $(@D) && mkdir -p $(@D) && cp -r $(APP)/dist/build/h5/. $(@D)

mini-program: $(APP)/node_modules/.ready ## Build WeChat's mini-program (VITE_API_ORIGIN=https://… for a release)
	@cd $(APP) && $(CURDIR)/.ci/node.sh npm run --silent build:mp-weixin

$(CONSOLE)/node_modules/.ready: $(CONSOLE)/package-lock.json .ci/node.sh | .venv/.ready
	@cd $(CONSOLE) && $(CURDIR)/.ci/node.sh npm ci --loglevel=error
	@touch $@

$(FRONTENDS)/built/console/index.html: $(CONSOLE)/node_modules/.ready $(CONSOLE_SOURCES)
	@cd $(CONSOLE) && $(CURDIR)/.ci/node.sh npm run --silent build
	@rm -rf $(@D) && mkdir -p $(@D) && cp -r $(CONSOLE)/dist/. $(@D)

api-types: setup $(APP)/node_modules/.ready $(CONSOLE)/node_modules/.ready ## Make the front ends' types anew from the API document
	@$(PY) -m tests.architecture.api_document > $(APP)/node_modules/.api.json
	@cd $(APP) && $(CURDIR)/.ci/node.sh npm run --silent api-types
	@cp $(APP)/node_modules/.api.json $(CONSOLE)/node_modules/.api.json
	@cd $(CONSOLE) && $(CURDIR)/.ci/node.sh npm run --silent permissions

run: setup frontends ## Start the whole suite with a small demo city (PORT=8000 VAR_DIR=var)
	@exec $(PY) -m shared.embedded.run

demo-full: setup frontends ## Start it with the full city: 342 units, 10,000 branches, 200,000 members
	@VAR_DIR=$${VAR_DIR:-var-full} DEMO=full exec $(PY) -m shared.embedded.run

test: setup lint types imports app-checks frontends mini-program ## Set up and run all checks and tests
	@.ci/browser.sh
	@$(PY) -m pytest -n 2 --dist loadgroup

app-checks: $(APP)/node_modules/.ready $(CONSOLE)/node_modules/.ready ## Check the front ends' types and run their tests
	@cd $(APP) && $(CURDIR)/.ci/node.sh npm run --silent types
	@cd $(APP) && $(CURDIR)/.ci/node.sh npm run --silent test
	@cd $(CONSOLE) && $(CURDIR)/.ci/node.sh npm run --silent types
	@cd $(CONSOLE) && $(CURDIR)/.ci/node.sh npm run --silent test

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
	rm -rf $(APP)/node_modules $(APP)/dist $(CONSOLE)/node_modules $(CONSOLE)/dist $(FRONTENDS)/built .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
