PY := .venv/bin/python
READY := .venv/.ready

.PHONY: demo up test check bench soak fmt

$(READY): pyproject.toml constraints.txt
	python3 -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(READY)

check: $(READY)
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports
	.venv/bin/mypy

test: $(READY)
	$(PY) -m pytest -m "not slow"

fmt: $(READY)
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .
