# make demo    everything that is missing, then the demo service and the address of its page
# make test    everything that is missing, then all checks
# make setup   only what is missing
# make bench   the measurements of docs/performance.md
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types unit service browser bench clean
.DELETE_ON_ERROR:

PORT ?= 8765
DATA ?= data
STAMPS := .build/stamps
PY := .venv/bin/python
UV_VERSION := 0.13.9

PAGE_SOURCES := $(shell find toolbar_py/wire toolbar_py/page web/src web/build web/pages web/wheel -type f -not -path '*/generated/*' -not -path '*/__pycache__/*' 2>/dev/null)

help:
	@sed -n 's/^# //p' Makefile

setup: $(STAMPS)/web

$(STAMPS)/venv: requirements/dev.lock pyproject.toml
	@mkdir -p $(STAMPS)
	@echo "Python environment ..."
	@python=$$(scripts/find-python) && { [ -x $(PY) ] || "$$python" -m venv .venv; }
	@$(PY) -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@.venv/bin/uv pip sync --quiet --python $(PY) requirements/dev.lock \
	  || $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
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
	@.venv/bin/toolbar-py demo --port $(PORT) --data $(DATA) $(if $(CHECK),--check)

test: setup lint types unit service browser
	@echo "All checks passed."

lint:
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --check --quiet .
	@.venv/bin/lint-imports

types:
	@web/node_modules/.bin/tsc -p web
	@web/node_modules/.bin/pyright --warnings

unit:
	@$(PY) -m pytest -q -n 2 tests/unit

service:
	@$(PY) -m pytest -q -n 2 tests/service tests/contract

browser:
	@$(PY) -m pytest -q -n 2 tests/browser tests/demo

clean:
	rm -rf .build .venv web/node_modules web/src/generated toolbar_py/service/sdk toolbar_py/service/pages
