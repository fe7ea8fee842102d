# make demo    everything that is missing, then the demo service and the address of its page; with SIMULATE=mixed
#              contacts come by themselves, with ORIGIN=https://crm.example pages of yours may use it
# make test    everything that is missing, then all checks
# make test-fast  of them what takes less than two minutes: lint, types, unit tests
# make setup   only what is missing
# make faults  1,000 scenarios of what can go wrong; FAULTS=100 plays fewer, FAULTS_SEED=5 others
# make bench   the measurements of docs/performance.md
# make conformance  the sample pages through 100 contacts each, in every runtime (long)
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast forget lint types unit service faults browser bench conformance clean
.DELETE_ON_ERROR:

PORT ?= 8765
DATA ?= data
STAMPS := .build/stamps
PY := .venv/bin/python
UV_VERSION := 0.13.9

files = $(shell find $(1) -name '$(2)' -not -path '*/generated/*' -not -path '*/node_modules/*' 2>/dev/null)
PAGE_SOURCES := $(shell find toolbar_py/wire toolbar_py/page web/src web/build web/pages web/wheel -type f -not -path '*/generated/*' -not -path '*/__pycache__/*' 2>/dev/null)

help:
	@sed -n '/^#/!q;s/^# //p' Makefile

setup: $(STAMPS)/web

$(STAMPS)/venv: requirements/dev.lock pyproject.toml
	@mkdir -p $(STAMPS)
	@echo "Python environment ..."
	@python=$$(scripts/find-python) && { [ -x $(PY) ] || "$$python" -m venv .venv; }
	@$(PY) -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@.venv/bin/uv pip sync --quiet --compile-bytecode --python $(PY) requirements/dev.lock \
	  || $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(PY) -m compileall -q toolbar_py
	@touch $@

$(STAMPS)/npm: web/package.json web/package-lock.json
	@mkdir -p $(STAMPS)
	@scripts/check-node
	@echo "npm packages ..."
	@npm ci --prefix web --silent
	@touch $@

$(STAMPS)/chromium: $(STAMPS)/venv
	@scripts/find-chromium > .build/chromium.partial && mv .build/chromium.partial .build/chromium
	@touch $@

$(STAMPS)/web: $(STAMPS)/chromium $(STAMPS)/npm $(PAGE_SOURCES) requirements/page.lock toolbar_py/__init__.py
	@echo "Web build ..."
	@$(PY) -m web.build
	@touch $@

demo: setup
	@.venv/bin/toolbar-py demo --port $(PORT) --data $(DATA) $(if $(CHECK),--check) $(if $(SIMULATE),--simulate $(SIMULATE)) \
	  $(foreach origin,$(ORIGIN),--allow-origin '$(origin)')

# A suite whose inputs did not change since it passed is not repeated; FRESH=1 repeats all.
test: $(if $(FRESH),forget) setup $(STAMPS)/lint $(STAMPS)/types $(STAMPS)/unit $(STAMPS)/service $(STAMPS)/faults $(STAMPS)/browser $(STAMPS)/demo $(STAMPS)/conformance
	@echo "All checks passed."

test-fast: $(STAMPS)/lint $(STAMPS)/types $(STAMPS)/unit
	@echo "The fast checks passed."

forget:
	@rm -f $(addprefix $(STAMPS)/,lint types unit service faults browser demo conformance)

lint types unit service browser:
	@rm -f $(STAMPS)/$@
	@$(MAKE) --no-print-directory $(STAMPS)/$@

PYTHON_SOURCES := $(call files,toolbar_py,*.py)
SUPPORT := $(call files,tests/support,*.py) pyproject.toml playwright.config.py
DOCS := $(call files,docs,*.md) README.md

$(STAMPS)/lint: $(STAMPS)/venv $(PYTHON_SOURCES) $(call files,tests web/build,*.py) $(SUPPORT)
	@echo "Lint ..."
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --check --quiet .
	@.venv/bin/lint-imports >.build/lint-imports.log || { cat .build/lint-imports.log; exit 1; }
	@touch $@

$(STAMPS)/types: $(STAMPS)/web $(PYTHON_SOURCES) $(call files,tests web/build,*.py) $(call files,typings,*.pyi) $(SUPPORT)
	@echo "Types ..."
	@web/node_modules/.bin/tsc -p web
	@web/node_modules/.bin/pyright --warnings
	@touch $@

$(STAMPS)/unit: $(STAMPS)/venv $(PYTHON_SOURCES) $(call files,tests/unit tests/bench web/build,*.py) $(SUPPORT)
	@echo "Unit tests ..."
	@$(PY) -m pytest -q -n 2 tests/unit tests/bench
	@touch $@

$(STAMPS)/service: $(STAMPS)/venv $(PYTHON_SOURCES) $(call files,tests/service tests/contract,*.py) $(SUPPORT)
	@echo "Service tests ..."
	@$(PY) -m pytest -q -n 2 tests/service tests/contract
	@touch $@

# A fifth of the scenarios that `make faults` plays: all of them take several minutes.
$(STAMPS)/faults: $(STAMPS)/venv $(PYTHON_SOURCES) $(call files,tests/faults,*.py) $(SUPPORT)
	@echo "Faults ..."
	@FAULTS=$${FAULTS:-200} $(PY) -m pytest -q -n 2 tests/faults
	@touch $@

$(STAMPS)/browser: $(STAMPS)/web $(PYTHON_SOURCES) $(call files,tests/browser tests/bench,*.py) $(call files,tests/bench/pages,*.js) $(SUPPORT)
	@echo "Browser tests ..."
	@$(PY) -m pytest -q -n 2 tests/browser
	@touch $@

faults: $(STAMPS)/venv
	@$(PY) -m pytest -q -n 2 tests/faults

# In a process of its own: the demo's check starts a browser itself, and one process can hold one Playwright only.
$(STAMPS)/demo: $(STAMPS)/web $(PYTHON_SOURCES) $(call files,tests/demo,*.py) $(SUPPORT) $(DOCS)
	@echo "Demo tests ..."
	@$(PY) -m pytest -q tests/demo
	@touch $@

# Two processes are enough: each has a browser and a service beside it.
$(STAMPS)/conformance: $(STAMPS)/web $(PYTHON_SOURCES) $(call files,toolbar_py/conformance,*.js) $(shell find tests/conformance -type f -not -path '*/__pycache__/*') $(SUPPORT) $(DOCS)
	@echo "Conformance tests ..."
	@$(PY) -m pytest -q -n 2 tests/conformance
	@touch $@

CONTACTS ?= 100

# They wait most of the time: four at once take some 20 minutes on two cores.
conformance: setup
	@CONTACTS=$(CONTACTS) $(PY) -m pytest -q -n 4 tests/conformance/test_pages.py -k keeps_to_the_contract

bench: setup
	@FIREFOX="$$(scripts/find-firefox)" $(PY) -m tests.bench

clean:
	rm -rf .build .venv web/node_modules web/src/generated toolbar_py/service/sdk toolbar_py/service/pages
