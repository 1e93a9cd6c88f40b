# Two commands do everything: `make run` and `make test`. PY may name another Python >= 3.11.
PY ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: run demo test screenshots lint check bench lock clean
run: $(VENV)/.ok
	$(BIN)/news-monitor run --config config.yaml

demo: $(VENV)/.ok
	$(BIN)/news-monitor demo

# Files of tests are shared out to as many processes as there are cores; JOBS=0 runs all in one.
JOBS ?= auto
test: $(VENV)/.ok
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --max-worker-restart 0

# Every page in both themes and on a phone, as pictures in build/desk; needs Debian's chromium.
screenshots: $(VENV)/.ok
	mkdir -p build/desk
	NEWS_MONITOR_SCREENSHOTS=build/desk $(BIN)/python -m pytest tests/web/test_accessible.py -q

lint: $(VENV)/.ok
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

# The environment: uv where it can be had (fast), plain pip where not. constraints.txt pins every version.
$(VENV)/.ok: pyproject.toml constraints.txt
	$(PY) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv \
	  && $(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[dev]' \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

# All benchmarks, one after another: build/bench.json, docs/performance.md. BENCH=--quick takes some minutes.
bench: $(VENV)/.ok
	$(BIN)/python -m tests.benchmarks.run_all $(BENCH)

lock:
	$(BIN)/uv pip compile --universal --no-annotate --no-emit-index-url --no-emit-find-links --no-header \
	  --python-version 3.11 --extra dev --extra postgres --extra fast --extra uk --extra fulltext pyproject.toml -o constraints.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
