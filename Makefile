# make demo    run Handraise with an invented company, from nothing
# make up      run Handraise on ./data
# make test    every test, browser ones included (DATABASE=postgresql://… for a server of your own)
#              (WHICH="not slow and not browser" for some of them, TESTS=tests/leads for a folder)
# make check   what is checked without running: format, lint, import order, types
# make bench   the figures that claims of speed stand on
# make soak    the long tests: kill everything, many times, under load; many examples
# make fmt     put the code in shape

PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt
# Two processes: the suite is bound by the one database that they share.
PARALLEL ?= 2
# Which tests, by their marks.
WHICH ?= not slow
PORT ?= 8300

.PHONY: demo up test check bench soak fmt browser
.DEFAULT_GOAL := demo

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Handraise needs Python 3.11 or newer: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv .venv 2>/dev/null || { rm -rf .venv; \
	  $(PYTHON) -m venv --without-pip .venv && $(PYTHON) -m pip --python $(PY) install --quiet pip; } || \
	  { echo "No virtual environment could be made. On Debian: apt-get install python3-venv"; exit 1; }
	@touch $@

.venv/.ready: .venv/.made pyproject.toml constraints.txt
	@echo "Installing what Handraise needs into .venv (about a minute) …"
	@$(PIP) -e .
	@touch $@

.venv/.ready-dev: .venv/.made pyproject.toml constraints.txt
	@echo "Installing what Handraise and its tests need into .venv (about a minute) …"
	@$(PIP) -e '.[dev,spark]'
	@touch $@ .venv/.ready

demo: .venv/.ready
	@.venv/bin/handraise demo --port $(PORT)

up: .venv/.ready
	@.venv/bin/handraise up --port $(PORT)

test: .venv/.ready-dev browser
	$(PY) -m pytest -n $(PARALLEL) --dist worksteal -m "$(WHICH)" $(TESTS)

check: .venv/.ready-dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports
	.venv/bin/mypy

bench: .venv/.ready-dev
	$(PY) -m bench

soak: .venv/.ready-dev
	$(PY) -m pytest -m slow -s tests

fmt: .venv/.ready-dev
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

browser:
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
	  command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Debian's chromium for the browser tests …"; \
	  { apt-get update -qq; DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends chromium; } >/dev/null || true; \
	fi; \
	command -v chromium >/dev/null || \
	  echo "No Chromium or Chrome is here: the browser tests will be skipped (in CI they fail)."
