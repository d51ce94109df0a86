# Each target sets itself up: `make demo` works in a fresh clone.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.current
NATIVE := $(VENV)/.native
BENCH := $(VENV)/.bench
# This machine's architecture, by Lambda's name.
ARCH := $(patsubst aarch64,arm64,$(shell uname -m))
PYTEST_ARGS ?=
REGIONS ?=
NAME ?=
ARN ?=
ARGS ?=

# Code outside the package that is typed as strictly as the package.
TYPED := $(wildcard layer/*.py) docs/conf.py $(wildcard scripts/*.py) $(wildcard dashboards/*.py) $(wildcard examples/test_platform/*.py examples/test_platform/deploy/*.py) \
	$(wildcard benchmarks/*.py benchmarks/inside/*.py) benchmarks/workloads/__init__.py \
	$(wildcard combiner/*.py) $(wildcard infra/*.py)
# Examples of which one file imports another, as they lie in a deployment package.
SEVERAL_FILES := order_service inventory_service load_test
TYPED += $(filter-out $(SEVERAL_FILES:%=examples/%/app.py),$(wildcard examples/*/app.py))

.DEFAULT_GOAL := help
.PHONY: help setup demo example test lint build validate deploy dashboards docs bench bench-quick clean
.PHONY: install-deps dev-setup dev-test test-all load-test load-test-quick load-test-full
.PHONY: dev-build combiner version bump-patch bump-minor bump-major release-patch
.PHONY: cdk-synth cdk-deploy cdk-destroy test-deploy test-status test-destroy

# A line "##@" heads the targets that follow it.
help: ## Say what can be made
	@echo "lambda-usage: which Python code a Lambda fleet really uses"
	@echo
	@awk -F ' *:.*## ' -f scripts/help.awk $(MAKEFILE_LIST)
	@echo
	@echo "PYTHON=python3.13 make ... takes another Python than python3 (3.11 or later)."
	@echo "LAMBDA_USAGE_PYTHONS=/path/to/python3.14:... names further ones for the tests."
	@echo "More on each: docs/make.md"

define CHECK_PYTHON
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
  echo "lambda-usage needs Python 3.11 or later; $(PYTHON) is" \
    "$$($(PYTHON) --version 2>&1 || true). Name another: make PYTHON=python3.13 ..." >&2; \
  exit 1; }
endef

##@ Set up

setup install-deps dev-setup: $(STAMP) $(NATIVE) ## Make .venv with all that development needs

$(STAMP): pyproject.toml
	$(CHECK_PYTHON)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  rm -rf $(VENV); \
	  echo "$(PYTHON) cannot make a virtual environment: install its venv module, or name" \
	    "another: make PYTHON=python3.13 ..." >&2; \
	  exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,docs]'
	@# half a minute of byte code, of which little is ever imported, is left out
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable '.[infra]'
	@touch $@

# The parts in C, for this machine; tests try them and those in Python.
$(NATIVE): $(wildcard src/lambda_usage/*.[ch] src/lambda_usage/recording/*.c) layer/native.py | $(STAMP)
	@$(BIN)/python layer/native.py && touch $@

##@ Try

demo: $(STAMP) $(NATIVE) ## Run the whole way once on real parts, and print both reports
	@$(BIN)/python scripts/demo.py

example: $(STAMP) $(NATIVE) ## Run an example in AWS's emulator: NAME=order_service; without NAME, list them
	@$(BIN)/python scripts/example.py $(NAME)

##@ Check

test: lint $(NATIVE) ## Check everything: style, types, imports, then all tests on every Python found
	@$(BIN)/python scripts/other_pythons.py
	$(BIN)/python -m pytest --numprocesses logical --dist loadfile $(PYTEST_ARGS)

dev-test: lint $(NATIVE) ## The fast part of test: style, types, unit tests on one Python
	$(BIN)/python -m pytest --quiet --numprocesses logical --dist loadfile tests/unit tests/scripts $(PYTEST_ARGS)

# One after the other, in spite of -j: each needs the processors, and the zips of the one before.
test-all: ## test, build, validate and load-test-quick; with ARN=... deployed functions are loaded
	$(MAKE) test
	$(MAKE) build
	$(MAKE) validate
	$(MAKE) load-test-quick

lint: $(STAMP) ## Check style, types and the import contract only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --strict --explicit-package-bases $(TYPED) $(wildcard tests/support/*.py tests/support/runtime/*.py tests/e2e/*.py tests/examples/*.py)
	MYPYPATH=src:combiner/src $(BIN)/mypy --strict -p usage_combiner
	@for name in $(SEVERAL_FILES); do \
	  (cd examples/$$name && "$(abspath $(BIN))/mypy" --strict --config-file= --cache-dir "$(CURDIR)/.mypy_cache/$$name" .) || exit; \
	done
	cd examples/test_platform && "$(abspath $(BIN))/mypy" --cache-dir "$(CURDIR)/.mypy_cache/examples"
	$(BIN)/lint-imports

# Each word of ARN is [KIND=]ARN of a deployed function; without one, they run in the emulator.
load-test-quick: SECONDS := 15
load-test: SECONDS := 60
load-test-full: SECONDS := 300
load-test-quick load-test load-test-full: $(STAMP) $(NATIVE)
	@$(BIN)/python scripts/load_test.py --seconds $(SECONDS) $(ARN)

load-test-quick: ## Load three functions for 15 s, here or by ARN="main=arn:... simple=arn:..."
load-test: ## The same for a minute
load-test-full: ## The same for five minutes

##@ Build

build: $(STAMP) ## Write dist/lambda-usage-layer-[otel-]<version>-<arch>.zip
	@$(BIN)/python layer/build.py

validate: $(STAMP) ## Prove the zips of the last build, under each Python found
	@$(BIN)/python layer/validate.py

# Beside dist/, so that nothing of it is ever deployed.
dev-build: $(STAMP) ## Build and prove the zip for this machine alone, in build/dev/
	@rm -rf build/dev
	@$(BIN)/python layer/build.py --arch $(ARCH) --variant slim --output build/dev
	@$(BIN)/python layer/validate.py build/dev/*.zip

combiner: $(STAMP) ## Write dist/lambda-usage-combiner-<version>-x86_64.zip
	@$(BIN)/python combiner/build.py

##@ Deploy

deploy: $(STAMP) ## Publish the zips of the last build: REGIONS="eu-west-1 us-east-1", or the profile's
	@$(BIN)/python layer/deploy.py $(foreach region,$(REGIONS),--region $(region))

cdk-synth: $(STAMP) ## Write the CloudFormation templates of infra/: ARGS="--context environment=staging"
	@$(BIN)/python -m infra.command synth $(ARGS)

cdk-deploy cdk-destroy test-deploy test-destroy: $(STAMP)
	@$(BIN)/python -m infra.command $(@:cdk-%=%) $(ARGS)

cdk-deploy: ## Deploy infra/ with the CDK; ARGS as for cdk-synth
cdk-destroy: ## Delete what cdk-deploy has deployed; the bucket stays
test-deploy: ## Deploy three functions with the layer, for load tests
test-destroy: ## Delete them, their bundles included

test-status: $(STAMP) ## Say what test-deploy has deployed, and which bundles have come
	@$(BIN)/python -m infra.status

##@ Release

version: ## Say the version of this checkout
	$(CHECK_PYTHON)
	@$(PYTHON) scripts/version.py

bump-patch bump-minor bump-major:
	$(CHECK_PYTHON)
	@$(PYTHON) scripts/version.py $(@:bump-%=%)

bump-patch: ## Raise the version from 1.2.3 to 1.2.4, and date its section of CHANGELOG.md
bump-minor: ## To 1.3.0
bump-major: ## To 2.0.0

release-patch: ## Raise the patch version, test, build, validate, commit and tag; push nothing
	$(CHECK_PYTHON)
	@$(PYTHON) scripts/release.py

##@ Generate and measure

dashboards: $(STAMP) ## Write the dashboards and alert rules anew from their code
	@$(BIN)/python -m dashboards.build

docs: $(STAMP) ## Write the docs site to build/docs: a warning or a broken link is an error
	@rm -rf build/docs
	@$(BIN)/sphinx-build --fresh-env --quiet --fail-on-warning --keep-going -b html -c docs -d build/docs-doctrees . build/docs
	@echo "build/docs/index.html"

$(BENCH): $(STAMP) $(NATIVE)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@

bench: $(BENCH) ## Measure what we and the alternatives cost: 48 minutes, on two quiet cores
	$(BIN)/python -m benchmarks.run
	$(BIN)/python -m benchmarks.targets build/bench/results.json
	$(BIN)/python -m benchmarks.check

bench-quick: $(BENCH) ## The same on one Python in three minutes: enough to see a regression
	$(BIN)/python -m benchmarks.run --quick
	$(BIN)/python -m benchmarks.check

##@ Clean up

clean: ## Remove all that was made here, .venv included
	rm -f src/lambda_usage/*.so src/lambda_usage/recording/*.so
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
