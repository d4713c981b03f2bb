# Every command sets up what it needs.
PYTHON ?= python3
VENV := venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help preview test check fix docs catalog catalog-check bench bench-preview tools publish setup

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(READY) ## make the virtual environment with all development needs

$(READY): requirements.txt requirements-dev.txt
	@echo "Making $(VENV) (about a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

preview: $(READY) ## show what the pack says of a broken network
	@$(BIN)/python -m policypack preview examples/network-failures; test $$? -le 1

test: $(READY) ## run all tests; the end-to-end ones where a pulumi CLI is found
	@$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(READY) ## format, lint, types, layers, docs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy policypack policies
	@$(BIN)/lint-imports
	@$(BIN)/python -m tools.docs --check
	@$(MAKE) --no-print-directory test

fix: $(READY) ## format, and mend what ruff can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(READY) ## write a page a rule and an index a domain
	@$(BIN)/python -m tools.docs

catalog: $(READY) ## generate the catalog of AWS's facts from its pinned sources
	@$(BIN)/python -m tools.catalog
	@$(BIN)/python -m tools.catalog.book

catalog-check: $(READY) ## compare the committed catalog with a fresh run
	@$(BIN)/python -m tools.catalog --check
	@$(BIN)/python -m tools.catalog.book --check

bench: $(READY) ## measure the pack against the stock host and an empty one
	@$(BIN)/python -m benchmarks

bench-preview: $(READY) ## measure what the pack adds to a preview of 500 resources by the CLI
	@$(BIN)/python -m benchmarks.preview

tools: ## build the pinned pulumi CLI into .tools (about three minutes, once)
	@tools/pulumi/build

publish: $(READY) ## publish the pack: make publish ORG=acme
	@$(BIN)/python tools/publish.py "$(ORG)"
